"""The file of its class is spelt otherwise than its folder."""
