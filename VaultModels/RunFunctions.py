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


#: Inserts the row of a run; `p_row` is the row as an object, what is NULL or the default may be left out.
_INSERTED = """CREATE FUNCTION run_inserted(p_row jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO run (id, name, actor, request_id, created_at, updated_at, ended_at, next_attempt, owner, state, steps,
        error, status, result, resumable, plan, idempotency_key, request_hash)
    VALUES ((p_row ->> 'id')::uuid, p_row ->> 'name', p_row -> 'actor', p_row ->> 'request_id',
        (p_row ->> 'created_at')::timestamptz, (p_row ->> 'updated_at')::timestamptz,
        (p_row ->> 'ended_at')::timestamptz, (p_row ->> 'next_attempt')::timestamptz, (p_row ->> 'owner')::uuid,
        p_row ->> 'state', p_row -> 'steps', coalesce(p_row ->> 'error', ''), (p_row ->> 'status')::smallint,
        p_row -> 'result', coalesce((p_row ->> 'resumable')::boolean, false), p_row -> 'plan',
        p_row ->> 'idempotency_key', coalesce(p_row ->> 'request_hash', ''));
END $$"""

#: Writes the row of a run that is at `p_epoch`, and moves it on. A row that another process has written meanwhile, or
#: whose run was cancelled, makes the statement fail: with `division_by_zero`, as the journal's plain statements do.
_CHANGED = """CREATE FUNCTION run_changed(p_id uuid, p_epoch bigint, p_unless_cancelled boolean, p_row jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE run SET epoch = epoch + 1, state = p_row ->> 'state', steps = p_row -> 'steps',
        error = coalesce(p_row ->> 'error', ''), updated_at = (p_row ->> 'updated_at')::timestamptz,
        ended_at = (p_row ->> 'ended_at')::timestamptz, next_attempt = (p_row ->> 'next_attempt')::timestamptz,
        owner = (p_row ->> 'owner')::uuid, status = (p_row ->> 'status')::smallint, result = p_row -> 'result',
        idempotency_key = CASE WHEN p_row ->> 'state' = 'compensated' THEN NULL ELSE idempotency_key END
    WHERE id = p_id AND epoch = p_epoch AND NOT (p_unless_cancelled AND cancel_requested);
    IF NOT FOUND THEN
        RAISE division_by_zero USING MESSAGE = 'the run is another process''s, or cancelled';
    END IF;
END $$"""

#: Keeps the events that a run has queued: `p_events` is an array of objects. Returns them as they are to be delivered.
_QUEUED = """CREATE FUNCTION run_queued(p_run_id uuid, p_owner uuid, p_events jsonb)
RETURNS TABLE (o_id bigint, o_hook_name text, o_listener text, o_kwargs jsonb, o_entity text, o_attempts smallint,
    o_waits boolean) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY INSERT INTO run_delivery AS d (run_id, hook_name, listener, kwargs, entity, owner, attempts)
    SELECT p_run_id, e.value ->> 'hook_name', e.value ->> 'listener', e.value -> 'kwargs', e.value ->> 'entity',
        p_owner, 1
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e (value, number) ORDER BY e.number
    RETURNING d.id, d.hook_name::text, d.listener::text, d.kwargs, d.entity::text, d.attempts,
        run_delivery_waits(d.entity::text, d.listener::text, d.id, p_run_id);
END $$"""


def make_writing_functions(schema_editor: Any) -> None:
    """Make those for every write of a run, in place of the one for runs that are one transaction."""
    if schema_editor.connection.vendor == "postgresql":
        for function in (_INSERTED, _CHANGED, _QUEUED):
            schema_editor.execute(function, params=None)
        undo_completing_function(schema_editor)


def undo_writing_functions(schema_editor: Any) -> None:
    """Go back to that one."""
    if schema_editor.connection.vendor == "postgresql":
        make_completing_function(schema_editor)
        for name in ("run_inserted", "run_changed", "run_queued"):
            schema_editor.execute(f"DROP FUNCTION {name}", params=None)


#: As `_INSERTED`, with the columns of runs that wait in a queue, and of tasks.
_INSERTED_WHOLE = """CREATE OR REPLACE FUNCTION run_inserted(p_row jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO run (id, name, kind, actor, request_id, created_at, updated_at, ended_at, next_attempt, owner, queue,
        state, steps, error, status, result, resumable, plan, idempotency_key, request_hash)
    VALUES ((p_row ->> 'id')::uuid, p_row ->> 'name', coalesce(p_row ->> 'kind', 'run'), p_row -> 'actor',
        p_row ->> 'request_id', coalesce((p_row ->> 'created_at')::timestamptz, statement_timestamp()),
        coalesce((p_row ->> 'updated_at')::timestamptz, statement_timestamp()), (p_row ->> 'ended_at')::timestamptz,
        (p_row ->> 'next_attempt')::timestamptz, (p_row ->> 'owner')::uuid, coalesce(p_row ->> 'queue', ''),
        p_row ->> 'state', p_row -> 'steps', coalesce(p_row ->> 'error', ''), (p_row ->> 'status')::smallint,
        p_row -> 'result', coalesce((p_row ->> 'resumable')::boolean, false), p_row -> 'plan',
        p_row ->> 'idempotency_key', coalesce(p_row ->> 'request_hash', ''));
END $$"""

#: As `_CHANGED`, with id, epoch and `unless_cancelled` in the object.
_CHANGED_WHOLE = """CREATE FUNCTION run_changed(p_row jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE run SET epoch = epoch + 1, state = p_row ->> 'state', steps = p_row -> 'steps',
        error = coalesce(p_row ->> 'error', ''), updated_at = (p_row ->> 'updated_at')::timestamptz,
        ended_at = (p_row ->> 'ended_at')::timestamptz, next_attempt = (p_row ->> 'next_attempt')::timestamptz,
        owner = (p_row ->> 'owner')::uuid, status = (p_row ->> 'status')::smallint, result = p_row -> 'result',
        idempotency_key = CASE WHEN p_row ->> 'state' = 'compensated' THEN NULL ELSE idempotency_key END
    WHERE id = (p_row ->> 'id')::uuid AND epoch = (p_row ->> 'epoch')::bigint
        AND NOT (cancel_requested AND (p_row ->> 'unless_cancelled')::boolean);
    IF NOT FOUND THEN
        RAISE division_by_zero USING MESSAGE = 'the run is another process''s, or cancelled';
    END IF;
END $$"""

#: As `_QUEUED`, of events that say of which run they are; each comes back as an array.
_QUEUED_WHOLE = """CREATE FUNCTION run_queued(p_events jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY INSERT INTO run_delivery AS d (run_id, hook_name, listener, kwargs, entity, owner, attempts)
    SELECT (e.value ->> 'run_id')::uuid, e.value ->> 'hook_name', e.value ->> 'listener', e.value -> 'kwargs',
        e.value ->> 'entity', (e.value ->> 'owner')::uuid, (e.value ->> 'attempts')::smallint
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e (value, number) ORDER BY e.number
    RETURNING jsonb_build_array(d.id, d.hook_name, d.listener, d.kwargs, d.entity, d.attempts,
        run_delivery_waits(d.entity::text, d.listener::text, d.id, d.run_id));
END $$"""


def make_whole_functions(schema_editor: Any) -> None:
    """Have each of them take one object, in place of those that took several values."""
    if schema_editor.connection.vendor == "postgresql":
        for function in (
            _INSERTED_WHOLE,
            _CHANGED_WHOLE,
            _QUEUED_WHOLE,
            "DROP FUNCTION run_changed(uuid, bigint, boolean, jsonb)",
            "DROP FUNCTION run_queued(uuid, uuid, jsonb)",
        ):
            schema_editor.execute(function, params=None)


def undo_whole_functions(schema_editor: Any) -> None:
    """Go back to those."""
    if schema_editor.connection.vendor == "postgresql":
        for function in (
            _INSERTED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
            _CHANGED,
            _QUEUED,
            "DROP FUNCTION run_changed(jsonb)",
            "DROP FUNCTION run_queued(jsonb)",
        ):
            schema_editor.execute(function, params=None)
