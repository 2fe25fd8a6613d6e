"""Hook specifications, one file a noun. They import pluggy and nothing else. docs/hook-reference.md is made of them."""
