"""A coroutine that nobody would await."""
