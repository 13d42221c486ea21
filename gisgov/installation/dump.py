"""The database as PostgreSQL's own dump: taken at one moment, put back in one transaction."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, make_url, text

from gisgov.installation.postgres import client
from gisgov.installation.server import APP
from gisgov.kernel.errors import Invalid

LEFT_OUT: Final = ("session", "sign_in_failure")
"""Tables whose rows are not kept: whoever was signed in signs in again."""
CHUNK: Final = 1 << 20

# Extensions are the server's and there already; what later tables grant is stated anew for the role that restores.
_NOT_RESTORED: Final = re.compile(
    r"^\d+; \d+ \d+ (EXTENSION|SCHEMA|DEFAULT ACL|TABLE DATA public spatial_ref_sys) "
)

_TABLES: Final = text(
    """
    SELECT c.relname FROM pg_class c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname
    """
)

# All statements are composed before the first runs: a name cannot be told of what went with something else.
# What is part of an extension stays; what is part of something else goes with it.
_EMPTY: Final = """
DO $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY(
        WITH part AS (SELECT classid, objid FROM pg_depend WHERE deptype IN ('e', 'i', 'a'))
        SELECT format('DROP %s IF EXISTS public.%I CASCADE',
            CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
            relname)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            AND ('pg_class'::regclass, oid) NOT IN (SELECT classid, objid FROM part)
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            AND ('pg_proc'::regclass, oid) NOT IN (SELECT classid, objid FROM part)
        UNION ALL
        SELECT format('DROP TYPE IF EXISTS %s CASCADE', oid::regtype)
        FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typelem = 0
            AND (typrelid = 0 OR 'c' = (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid))
            AND ('pg_type'::regclass, oid) NOT IN (SELECT classid, objid FROM part)
    ) LOOP
        EXECUTE statement;
    END LOOP;
END $$;
"""

_GRANTS: Final = (
    f"{{verb}} SELECT, INSERT, UPDATE, DELETE ON TABLES {{to}} {APP}",
    f"{{verb}} USAGE, SELECT ON SEQUENCES {{to}} {APP}",
)

# Transaction numbers belong to the server that gave them: on another one they would lie in the future, and
# screens would be told of old events as new ones again and again. 3 is the first there ever is.
_PAST: Final = "UPDATE public.event SET xid = '3' WHERE xid >= pg_snapshot_xmin(pg_current_snapshot());"


def tables(conn: Connection) -> list[str]:
    """Return the names of all tables that no extension brought."""
    return list(conn.execute(_TABLES).scalars())


def row_counts(conn: Connection) -> dict[str, int]:
    """Return how many rows of each table a dump holds."""
    kept = [name for name in tables(conn) if name not in LEFT_OUT]
    counts = {name: conn.execute(text(f'SELECT count(*) FROM public."{name}"')).scalar_one() for name in kept}
    return counts | dict.fromkeys(LEFT_OUT, 0)


def freeze(conn: Connection) -> str:
    """Let a transaction that has asked nothing yet see one moment for all its life, and return that moment's name."""
    conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    return str(conn.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def take(url: str, snapshot: str, out: Path) -> None:
    """Dump the database as it was at a moment named by `freeze`.

    Raises
    ------
    Invalid
        ``pg_dump`` refused; code ``backup.dump``.
    """
    left_out = [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
    options = [
        "--format=custom",
        "--schema=public",
        "--no-comments",
        f"--snapshot={snapshot}",
        *left_out,
        f"--file={out}",
    ]
    done = subprocess.run(
        [client("pg_dump"), *options, f"--dbname={_address(url)}"],
        env=_environment(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Invalid("backup.dump", said=_end(done.stderr))


def script(dump: Path) -> Iterator[bytes]:
    """Return a dump as SQL, with whatever stands ready in every installation left out.

    Raises
    ------
    Invalid
        It is no dump that this machine's PostgreSQL can read; code ``backup.database``.
    """
    program = client("pg_restore")
    listed = subprocess.run([program, "--list", dump], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise Invalid("backup.database", said=_end(listed.stderr))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as said:
        wanted = Path(folder, "list")
        lines = [line for line in listed.stdout.splitlines() if not _NOT_RESTORED.match(line)]
        wanted.write_text("\n".join(lines), encoding="utf-8")
        command = [str(program), "--no-owner", f"--use-list={wanted}", "--file=-", str(dump)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:
            assert process.stdout
            while chunk := process.stdout.read(CHUNK):
                yield chunk
        if process.returncode:
            said.seek(0)
            raise Invalid("backup.database", said=_end(said.read()))


def replace(url: str, statements: Iterable[bytes], rows: dict[str, int]) -> None:
    """Put a dump's statements in the place of all that the database holds: all of it, or nothing.

    Parameters
    ----------
    rows
        How many rows each table must have in the end.

    Raises
    ------
    Invalid
        A statement failed or a count differs; the database is as it was before. Code ``backup.database``.
    """
    command = [
        str(client("psql")),
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={_address(url)}",
    ]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, env=_environment(url), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
        )
        assert process.stdin
        try:
            # without the COMMIT at the very end, whatever happens before it is undone
            _feed(process.stdin, _whole(statements, rows))
        finally:
            failed = process.wait()
        if failed:
            said.seek(0)
            raise Invalid("backup.database", said=_end(said.read()))


def _feed(stdin: IO[bytes], statements: Iterable[bytes]) -> None:
    try:
        with stdin:
            for chunk in statements:
                stdin.write(chunk)
    except BrokenPipeError:
        return  # it has ended; why, its status and its words say


def _whole(statements: Iterable[bytes], rows: dict[str, int]) -> Iterator[bytes]:
    yield f"BEGIN;\n{_EMPTY}\n{_defaults('REVOKE', 'FROM')}\n".encode()
    yield from statements
    checks = "\n".join(_check(name, count) for name, count in rows.items())
    yield f"\n{checks}\n{_PAST}\n{_defaults('GRANT', 'TO')}\nCOMMIT;\n".encode()


def _defaults(verb: str, to: str) -> str:
    granted = (grant.format(verb=verb, to=to) for grant in _GRANTS)
    return "\n".join(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public {each};" for each in granted)


def _check(table: str, count: int) -> str:
    # no table is counted into a variable: psql ends at the first statement that fails
    return f'SELECT 1 / (count(*) = {count})::int AS rows_are_missing FROM public."{table}";'


def _address(url: str) -> str:
    """Return the address without its password, which every process list would show."""
    plain = make_url(url).set(drivername="postgresql")._replace(password=None)
    return plain.render_as_string()


def _environment(url: str) -> dict[str, str]:
    said = "-c client_min_messages=warning"
    return os.environ | {"PGPASSWORD": str(make_url(url).password or ""), "PGOPTIONS": said}


def _end(said: str) -> str:
    return " ".join(said.strip().splitlines()[-3:])
