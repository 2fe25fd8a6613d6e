"""All tables: `models/` an organisation's, `control/` the site's."""
