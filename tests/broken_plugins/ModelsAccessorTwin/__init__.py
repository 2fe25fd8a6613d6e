"""Its reverse accessor on users is the one of Witness."""
