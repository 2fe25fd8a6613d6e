"""Switching plugins on and off while the site works: all of it, or nothing.

`Activation` tries the new list of plugins in a process of its own, runs migrations, replaces the settings file, has
web, worker and beat replaced, and looks whether the plugins are on in each; whatever fails, all is as it was before.
`journal` knows of one that was killed half-way, and `recovery` takes it back. The command line, and REST through the
supervisor, are front ends of it.
"""
