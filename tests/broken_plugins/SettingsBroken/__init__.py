"""Its block in the settings file does not fit its model."""
