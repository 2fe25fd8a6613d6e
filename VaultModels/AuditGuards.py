"""What the databases themselves do for an audit chain: refuse changes, and on PostgreSQL append an entry.

Migrations call this; what they have called stays as it is.
"""

from typing import Any

_MESSAGE = "audit entries are append-only"

_SQLITE = (
    # INSERT OR REPLACE would remove the old row without asking the trigger on DELETE.
    """CREATE TRIGGER "{entry}_once" BEFORE INSERT ON "{entry}"
        WHEN EXISTS (SELECT 1 FROM "{entry}" WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    """CREATE TRIGGER "{entry}_no_update" BEFORE UPDATE ON "{entry}"
        BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    """CREATE TRIGGER "{entry}_no_delete" BEFORE DELETE ON "{entry}"
        BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    """CREATE TRIGGER "{head}_no_delete" BEFORE DELETE ON "{head}"
        BEGIN SELECT RAISE(ABORT, '{message}'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION "{entry}_refuse"() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'insufficient_privilege'; END $$""",
    """CREATE TRIGGER "{entry}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{entry}"
        FOR EACH STATEMENT EXECUTE FUNCTION "{entry}_refuse"()""",
    """CREATE TRIGGER "{head}_stays" BEFORE DELETE OR TRUNCATE ON "{head}"
        FOR EACH STATEMENT EXECUTE FUNCTION "{entry}_refuse"()""",
    # Of the owner as well, which the application usually is; only a superuser needs no privilege.
    """REVOKE UPDATE, DELETE, TRUNCATE ON "{entry}" FROM CURRENT_USER""",
)

#: Appends an entry in one statement, with plans that the server keeps. The head's row is the lock. The anchor, in the
#: control plane's schema, moves along if it is in this database, and only from the end that it knows: one that is not
#: on the chain any more stays, as the evidence. (In CASE and not in WHERE, which would be judged by the row as it was
#: before waiting for the head.)
_APPEND = """CREATE FUNCTION audit_append(p_anchored text, p_at timestamptz, p_actor_kind text, p_actor_id text,
    p_action text, p_entity_type text, p_entity_id text, p_outcome text, p_payload text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_seq bigint; v_hash text; v_previous text;
BEGIN
    UPDATE audit_head SET previous = hash, seq = seq + 1, hash = encode(sha256(convert_to(
        hash || chr(10) || (seq + 1)::text || chr(10) || p_payload, 'UTF8')), 'hex')
    WHERE id = 1 RETURNING seq, hash, previous INTO STRICT v_seq, v_hash, v_previous;
    IF p_anchored IS NOT NULL THEN
        UPDATE control.audit_anchor SET
            seq = CASE WHEN seq = v_seq - 1 AND hash = v_previous THEN v_seq ELSE seq END,
            hash = CASE WHEN seq = v_seq - 1 AND hash = v_previous THEN v_hash ELSE hash END
        WHERE organisation = p_anchored;
    END IF;
    INSERT INTO audit_entry (seq, at, actor_kind, actor_id, action, entity_type, entity_id, outcome, payload, hash)
    VALUES (v_seq, p_at, p_actor_kind, p_actor_id, p_action, p_entity_type, p_entity_id, p_outcome, p_payload, v_hash);
END $$"""


def make_appending_function(schema_editor: Any) -> None:
    """Let PostgreSQL append to an organisation's chain by `audit_append`; nothing elsewhere."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_APPEND, params=None)


def undo_appending_function(schema_editor: Any) -> None:
    """Take `audit_append` out again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION audit_append", params=None)


#: As `_APPEND`, with what the columns repeat taken out of the payload.
_APPEND_PAYLOAD = """CREATE FUNCTION audit_append(p_anchored text, p_payload text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_seq bigint; v_hash text; v_previous text; v_entry jsonb := p_payload;
BEGIN
    UPDATE audit_head SET previous = hash, seq = seq + 1, hash = encode(sha256(convert_to(
        hash || chr(10) || (seq + 1)::text || chr(10) || p_payload, 'UTF8')), 'hex')
    WHERE id = 1 RETURNING seq, hash, previous INTO STRICT v_seq, v_hash, v_previous;
    IF p_anchored IS NOT NULL THEN
        UPDATE control.audit_anchor SET
            seq = CASE WHEN seq = v_seq - 1 AND hash = v_previous THEN v_seq ELSE seq END,
            hash = CASE WHEN seq = v_seq - 1 AND hash = v_previous THEN v_hash ELSE hash END
        WHERE organisation = p_anchored;
    END IF;
    INSERT INTO audit_entry (seq, at, actor_kind, actor_id, action, entity_type, entity_id, outcome, payload, hash)
    VALUES (v_seq, (v_entry ->> 'at')::timestamptz, v_entry #>> '{actor,kind}', v_entry #>> '{actor,id}',
        v_entry ->> 'action', v_entry ->> 'entity_type', v_entry ->> 'entity_id', v_entry ->> 'outcome', p_payload,
        v_hash);
END $$"""


def make_payload_function(schema_editor: Any) -> None:
    """Have `audit_append` take an entry's payload alone, in place of the one that took each column."""
    if schema_editor.connection.vendor == "postgresql":
        undo_appending_function(schema_editor)
        schema_editor.execute(_APPEND_PAYLOAD, params=None)


def undo_payload_function(schema_editor: Any) -> None:
    """Go back to that one."""
    if schema_editor.connection.vendor == "postgresql":
        undo_appending_function(schema_editor)
        make_appending_function(schema_editor)


#: A row has a number of SQLite's own beside its key, and INSERT OR REPLACE goes by that one as well. Where none is
#: given it is not known yet, and negative.
_SQLITE_ROWS = """CREATE TRIGGER "{entry}_in_its_row" BEFORE INSERT ON "{entry}"
        WHEN NEW.rowid > 0 AND EXISTS (SELECT 1 FROM "{entry}" WHERE rowid = NEW.rowid)
        BEGIN SELECT RAISE(ABORT, '{message}'); END"""


def keep_rows(schema_editor: Any, *, entry: str) -> None:
    """Have SQLite refuse to replace a row of table `entry` by its number; nothing elsewhere."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_SQLITE_ROWS.format(entry=entry, message=_MESSAGE), params=None)


def undo_keep_rows(schema_editor: Any, *, entry: str) -> None:
    """Take out what `keep_rows` has put in."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f'DROP TRIGGER "{entry}_in_its_row"', params=None)


def make_append_only(schema_editor: Any, *, entry: str, head: str) -> None:
    """Have the database refuse changes of table `entry`, and the loss of the one row of table `head`."""
    statements = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for statement in statements:
        schema_editor.execute(statement.format(entry=entry, head=head, message=_MESSAGE), params=None)


def undo_append_only(schema_editor: Any, *, entry: str, head: str) -> None:
    """Take out what `make_append_only` has put in."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f'DROP FUNCTION "{entry}_refuse" CASCADE', params=None)
        schema_editor.execute(f'GRANT ALL ON "{entry}" TO CURRENT_USER', params=None)
        return
    for name in (f"{entry}_once", f"{entry}_no_update", f"{entry}_no_delete", f"{head}_no_delete"):
        schema_editor.execute(f'DROP TRIGGER "{name}"', params=None)
