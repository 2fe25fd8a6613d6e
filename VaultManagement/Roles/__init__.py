"""Roles that an organisation makes of permissions, and the permissions that there are."""
