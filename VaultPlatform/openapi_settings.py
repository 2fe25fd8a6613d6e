"""How the API describes itself. It imports next to nothing, because Django's settings read it."""

from VaultPlatform.version import VERSION

SPECTACULAR = {
    "TITLE": "NimbusVault",
    "DESCRIPTION": "A multi-tenant document vault. Send the organisation in the header `Org`.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "DISABLE_ERRORS_AND_WARNINGS": True,  # they go to stderr past the log; what cannot be described is left out
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "RunState": "VaultManagement.Runs.serializers.STATES",
        "StateEnum": ["on", "off", "failed", "absent"],  # of plugins
        "DeliveryState": "VaultManagement.Runs.serializers.DELIVERY_STATES",
    },
}
