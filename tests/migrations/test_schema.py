"""The chain of migrations and the tables in the code say the same."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from gisgov.installation.migrate import pending
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.settings import Settings
from migrations.tables import metadata

NOT_OURS = ("procrastinate_",)
"""Tables of libraries, made by the libraries' own scripts."""


def _ours(found: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    known = alembic_helpers.include_object(found, name, kind, reflected, other)
    table = name if kind == "table" else getattr(getattr(found, "table", None), "name", "")
    return known and not str(table).startswith(NOT_OURS)


def test_tables_and_database_are_the_same(migrated: Settings) -> None:
    engine = create_engine(migrated.database_url)
    with engine.connect() as conn:
        options = {"include_object": _ours, "compare_type": True}
        differences = compare_metadata(MigrationContext.configure(conn, opts=options), metadata)
    engine.dispose()
    assert differences == []


def test_a_migrated_database_has_nothing_pending(migrated: Settings) -> None:
    assert not pending(migrated.database_url)


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event"])
def test_the_application_cannot_rewrite_events(shared_database: Database, statement: str) -> None:
    with shared_database.engine.connect() as conn, pytest.raises(ProgrammingError, match="permission denied"):
        conn.execute(text(statement))


def test_the_application_cannot_change_the_schema(shared_database: Database) -> None:
    with shared_database.engine.connect() as conn, pytest.raises(ProgrammingError, match="permission denied"):
        conn.execute(text("CREATE TABLE intruder (id int)"))


def test_the_application_owns_nothing_and_obeys_row_policies(tx: Tx) -> None:
    owned = tx.conn.execute(text("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"))
    assert owned.scalar_one() == 0
    role = tx.conn.execute(
        text("SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    )
    assert tuple(role.one()) == (False, False, False)
