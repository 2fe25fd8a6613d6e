"""What the endpoints of the audit trail do. They only read: entries are made by what they are about."""
