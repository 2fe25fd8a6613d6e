"""Says what no manifest says."""
