"""Well: shows that the others work beside a broken plugin."""
