"""API keys: how programs ask in the name of a member."""
