"""Hook specifications, one file a noun. They import pluggy and nothing else. See docs/hooks.md."""
