"""A plugin with everything an organisation can be spared: tables, routes, hooks of all kinds, tasks, workflows."""
