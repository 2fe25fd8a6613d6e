"""What every orchestrator class is made of."""
