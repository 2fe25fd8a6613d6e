"""The queues that work in the background waits in. In a room without imports, because Django's settings read it."""

QUEUES = ("high", "medium", "low", "bulk")
