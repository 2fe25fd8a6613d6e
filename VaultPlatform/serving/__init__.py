"""Starting and stopping NimbusVault on one machine: what `make run` and `make dev` stand on.

`supervisor` starts web, worker and beat and keeps them up, `child` is one of them, `keeper` makes sure that
none outlives its master, `home` is the folder of all state, `preparation` fills it at the first start. What their
processes say of themselves is in `generations`, and `hook_files`.
Everything but `preparation` is standard library only, so that it works when the rest does not.
"""
