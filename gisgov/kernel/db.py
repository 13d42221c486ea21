"""The database: one engine per process, one transaction per use case. The only committer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Identity, MetaData, create_engine
from sqlalchemy.types import UserDefinedType

from gisgov.kernel.actor import Actor
from gisgov.kernel.clock import Clock, SystemClock
from gisgov.kernel.scope import Scope
from gisgov.kernel.settings import Settings

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RESERVE = 4
"""Connections beside those of requests: live push, readiness."""

# Tiles and scoped lists differ so much between callers that a generic plan was three times slower.
SESSION_OPTIONS = "-c timezone=UTC -c jit=off -c plan_cache_mode=force_custom_plan"


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction number."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in SQL."""
        return "xid8"


def id_column() -> Column[int]:
    """Return the column by which most tables number their rows."""
    return Column("id", BigInteger, Identity(), primary_key=True)


@dataclass(frozen=True)
class Tx:
    """All that a service gets of the world: one open transaction and who it is for.

    Services never commit, so they compose; the outermost caller opened it and ends it.
    """

    conn: Connection
    actor: Actor
    now: datetime
    settings: Settings

    @property
    def scope(self) -> Scope:
        """What the actor may see."""
        return self.actor.scope

    def may(self, verb: str) -> None:
        """Refuse unless the actor is allowed the verb; see `Actor.may`."""
        self.actor.may(verb)

    def acting_as(self, actor: Actor) -> "Tx":
        """Return the same transaction on behalf of somebody else."""
        return replace(self, actor=actor)


class Database:
    """The pool of one process.

    Parameters
    ----------
    settings : Settings
        `app_database_url` is where it connects.
    clock : Clock
        Gives each transaction its one ``now``.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.engine = create_engine(
            settings.app_database_url,
            pool_size=settings.pool_size + RESERVE,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,  # personal data must not reach the log with an error
            connect_args={"options": SESSION_OPTIONS},
        )

    @property
    def conninfo(self) -> str:
        """The address as libpq reads it, password included, for those who need a connection outside the pool."""
        return self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[Tx]:
        """Open a transaction, commit it when the block ends, roll it back when the block raises."""
        with self.engine.begin() as conn:
            yield Tx(conn, actor, self.clock.now(), self.settings)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
