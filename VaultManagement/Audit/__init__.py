"""The audit trail to read: of an organisation for its administrators, of the site for operators."""
