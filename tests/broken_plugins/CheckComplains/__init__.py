"""Registers a system check that reports an error, which would end every management command."""
