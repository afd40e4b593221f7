"""Alembic's environment: run the migrations on the connection that `store/schema.py` hands over."""

from alembic import context

from caseyos.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transaction_per_migration=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
