"""Run the migrations on the connection and in the transaction that database.py hands over."""

from __future__ import annotations

from alembic import context

from vendoreval.store.rows import Row

context.configure(connection=context.config.attributes["connection"], target_metadata=Row.metadata)
context.run_migrations()
