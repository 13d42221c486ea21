"""Alembic's environment: the address comes from the caller, the tables from every domain."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine

from migrations.tables import metadata

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
