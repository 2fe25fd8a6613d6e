"""A model claims the table of the core's users by another spelling."""
