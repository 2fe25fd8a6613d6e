"""The plugins of the site, as the administrators of an organisation may see them."""
