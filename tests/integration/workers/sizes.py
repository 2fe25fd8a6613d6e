"""How many organisations, and how many tasks for each, the tests of interleaved tasks have."""

SLUGS = ("acme", "globex", "initech", "umbrella")
EACH = 5
