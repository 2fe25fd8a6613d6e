"""Signing in and out: sessions of an organisation's members."""
