"""Django database backends that follow the current organisation."""
