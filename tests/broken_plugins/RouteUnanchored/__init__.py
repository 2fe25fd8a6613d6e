"""Its regular expression matches anywhere in a path."""
