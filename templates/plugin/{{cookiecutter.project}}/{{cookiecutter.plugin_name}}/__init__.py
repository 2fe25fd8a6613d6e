"""{{ cookiecutter.noun }}: what the plugin is for, in a sentence. Read before Django is: import nothing of it here."""
