"""Registers a system check that raises, which would end every management command."""
