"""Well, and never switched on in these tests."""
