"""The site's own tables, in the plane `control`: organisations, operators, failed sign-ins.

No organisation's code reads them.
"""
