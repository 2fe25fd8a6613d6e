"""The class is not named like the plugin."""
