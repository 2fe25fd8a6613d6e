"""What PostgreSQL does for sign-in by a function: it keeps the plan, and would else plan with every request."""

from typing import Any

#: The active member of an open session, in the order of the model's columns, and the permissions of their custom role.
_MEMBER_OF_SESSION = """CREATE FUNCTION member_of_session(p_id uuid, p_at timestamptz)
RETURNS TABLE (o_password varchar, o_id uuid, o_username varchar, o_email varchar, o_role varchar, o_is_active boolean,
    o_created_at timestamptz, o_permissions jsonb) LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT u.password, u.id, u.username, u.email, u.role, u.is_active, u.created_at,
        (SELECT r.permissions FROM "VaultModels_customrole" r WHERE r.name = u.role)
    FROM "VaultModels_user" u
    WHERE u.id = (SELECT s.user_id FROM "VaultModels_session" s
        WHERE s.id = p_id AND s.revoked_at IS NULL AND s.expires_at > p_at) AND u.is_active;
END $$"""


def make_identity_functions(schema_editor: Any) -> None:
    """Make them; nothing elsewhere."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_MEMBER_OF_SESSION, params=None)


def undo_identity_functions(schema_editor: Any) -> None:
    """Take them out again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION member_of_session", params=None)
