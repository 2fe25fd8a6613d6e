"""Migrations, written by manage.py makemigrations {{ cookiecutter.plugin_name }}; each can be undone."""
