"""Its model refers to a model of a plugin that fails because of its migration."""
