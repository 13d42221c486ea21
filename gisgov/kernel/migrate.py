"""The schema's version: Alembic run on the installation's own address, as the owner of the schema."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text


def upgrade(url: str) -> None:
    """Bring the database at an address to the newest schema."""
    command.upgrade(_config(url), "head")


def pending(url: str) -> bool:
    """Tell whether the database at an address is older than the programs."""
    engine = create_engine(url)
    with engine.connect() as conn:
        present = MigrationContext.configure(conn).get_current_revision()
    engine.dispose()
    return present != ScriptDirectory.from_config(_config(url)).get_current_head()


def analyze(url: str) -> None:
    """Let the planner learn what the tables hold, after much was loaded at once; the owner alone may."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text("ANALYZE"))
    engine.dispose()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["url"] = url
    return config
