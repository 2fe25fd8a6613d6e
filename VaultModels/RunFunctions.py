"""What PostgreSQL does for the journal by a function: it keeps the plan, and would else plan with every write."""

from typing import Any

#: Whether an event that is being queued comes behind one of another run, for the same listener and entity.
_WAITS = """CREATE FUNCTION run_delivery_waits(p_entity text, p_listener text, p_id bigint, p_run_id uuid)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN p_entity <> '' AND EXISTS (SELECT 1 FROM run_delivery e WHERE e.entity = p_entity
        AND e.listener = p_listener AND e.id < p_id AND e.run_id <> p_run_id AND e.next_attempt IS NOT NULL);
END $$"""


def make_run_functions(schema_editor: Any) -> None:
    """Make them; nothing elsewhere."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_WAITS, params=None)


def undo_run_functions(schema_editor: Any) -> None:
    """Take them out again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION run_delivery_waits", params=None)
