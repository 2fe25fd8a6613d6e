"""What the endpoints of runs do. They are no runs themselves: they act on runs."""
