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


#: Writes a run that is one transaction and has ended well, with the events that it has queued: `p_events` is an array
#: of objects. Returns these as they are to be delivered.
_COMPLETED = """CREATE FUNCTION run_completed(p_id uuid, p_name text, p_actor jsonb, p_request_id text,
    p_at timestamptz, p_steps jsonb, p_status integer, p_result jsonb, p_key text, p_hash text, p_owner uuid,
    p_events jsonb)
RETURNS TABLE (o_id bigint, o_hook_name text, o_listener text, o_kwargs jsonb, o_entity text, o_attempts smallint,
    o_waits boolean) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO run (id, name, actor, request_id, created_at, updated_at, ended_at, state, steps, status, result,
        idempotency_key, request_hash)
    VALUES (p_id, p_name, p_actor, p_request_id, p_at, p_at, p_at, 'completed', p_steps, p_status, p_result, p_key,
        coalesce(p_hash, ''));
    IF p_events IS NOT NULL THEN
        RETURN QUERY INSERT INTO run_delivery AS d (run_id, hook_name, listener, kwargs, entity, owner, attempts)
        SELECT p_id, e.value ->> 'hook_name', e.value ->> 'listener', e.value -> 'kwargs', e.value ->> 'entity',
            p_owner, 1
        FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e (value, number) ORDER BY e.number
        RETURNING d.id, d.hook_name::text, d.listener::text, d.kwargs, d.entity::text, d.attempts,
            run_delivery_waits(d.entity::text, d.listener::text, d.id, p_id);
    END IF;
END $$"""


def make_completing_function(schema_editor: Any) -> None:
    """Make it; nothing elsewhere."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_COMPLETED, params=None)


def undo_completing_function(schema_editor: Any) -> None:
    """Take it out again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION run_completed", params=None)
