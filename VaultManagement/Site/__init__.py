"""What operators see and do: the whole site, across organisations."""
