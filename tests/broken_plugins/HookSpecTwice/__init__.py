"""Brings a hook specification that exists already."""
