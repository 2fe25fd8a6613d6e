"""The backend of `control` on PostgreSQL: as the organisations' one, always in the one schema that settings name."""

from VaultPlatform.tenancy.backends.postgresql.schema import SchemaWrapper


class DatabaseWrapper(SchemaWrapper):
    """SCHEMA in the database's settings names the schema."""

    def schema_for(self, _owner: str | None) -> str:
        return str(self.ops.quote_name(self.settings_dict["SCHEMA"]))
