"""Alembic's entry: runs the steps on the connection that ``gateway.store.engine`` hands over.

Does not open a connection or a transaction of its own.
"""

from alembic import context

from gateway.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
