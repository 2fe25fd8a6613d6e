"""Hooks of the benchmark's own."""
