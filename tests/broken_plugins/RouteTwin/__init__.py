"""Its route is that of Witness, behind an include."""
