"""What `manage.py plugins` can do beside showing, a module for each kind of action."""
