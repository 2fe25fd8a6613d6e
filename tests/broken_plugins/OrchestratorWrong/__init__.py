"""Collects something that is no orchestrator."""
