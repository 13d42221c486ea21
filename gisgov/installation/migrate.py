"""The schema's version: Alembic run on the installation's own address, as the owner of the schema."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text


def upgrade(url: str) -> None:
    """Bring the database at an address to the newest schema."""
    command.upgrade(_config(url), "head")


def pending(url: str) -> bool:
    """Tell whether the database at an address is older than the programs."""
    engine = create_engine(url)
    with engine.connect() as conn:
        found = present(conn)
    engine.dispose()
    return found != _chain().get_current_head()


def present(conn: Connection) -> str:
    """Return the version of the schema behind a connection; empty when there is none."""
    return MigrationContext.configure(conn).get_current_revision() or ""


def known(revision: str) -> bool:
    """Tell whether these programs know a version of the schema and can lead it forward."""
    return any(script.revision == revision for script in _chain().walk_revisions())


def analyze(url: str) -> None:
    """Let the planner learn what the tables hold, after much was loaded at once; the owner alone may."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text("ANALYZE"))
    engine.dispose()


def _chain() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(""))


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["url"] = url
    return config
