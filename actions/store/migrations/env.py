"""Alembic's entry: runs migrations on the connection handed over by ``actions.store.migrate``."""

from alembic import context

from actions.store.metadata import metadata

connection = context.config.attributes["connection"]


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    # The job queue brings its own tables, and its own statements for them.
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


context.configure(
    connection=connection, target_metadata=metadata, include_name=_is_ours, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
