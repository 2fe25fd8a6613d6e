"""ready() raises after it has connected a signal."""
