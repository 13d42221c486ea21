"""The schema's version: Alembic run on the installation's own address, as the owner of the schema."""

from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

DOMAINS = (
    "kernel",
    "identity",
    "media",
    "grids",
    "registry",
    "patrol",
    "intake",
    "timing",
    "orders",
    "oversight",
    "analytics",
)
"""Packages that own tables, in the order in which their first migrations stand."""


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
    package = find_spec("migrations")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("migrations")
    config = Config()
    config.set_main_option("script_location", str(Path(package.origin).parent))
    config.attributes["url"] = url
    return config
