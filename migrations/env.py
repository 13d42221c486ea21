"""Alembic's environment: the address comes from the caller, the tables from every domain."""

from importlib import import_module
from importlib.util import find_spec

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine

from gisgov.kernel.db import metadata
from gisgov.kernel.migrate import DOMAINS

for domain in DOMAINS:
    if find_spec(f"gisgov.{domain}") and find_spec(f"gisgov.{domain}.tables"):
        import_module(f"gisgov.{domain}.tables")

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
