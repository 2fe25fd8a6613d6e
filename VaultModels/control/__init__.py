"""The site's own tables, in the plane `control`: organisations and operators. No organisation's code reads them."""
