"""Django's settings, made of VaultSettings.json and the VAULT_… variables.

What a deployment may change is in VaultSettings.json; the rest is how the vault is built. Plugins may import
`vault_settings`, `VAULT_SETTINGS`, `ACTIVE_PLUGINS`, `PLUGINS_DIR` and `CELERY_SETTINGS` from here.
"""

import logging.config

from VaultPlatform import openapi_settings
from VaultPlatform.celery_settings import celery_settings
from VaultPlatform.config import REPOSITORY, load_environment, load_settings
from VaultPlatform.host import PluginHost
from VaultPlatform.keys import prepare_home, site_key
from VaultPlatform.tenancy.databases import database_settings
from VaultPlatform.web.logs import configure_logging

environment = load_environment()
PLUGINS_DIR = REPOSITORY / "Plugins"
vault_settings = load_settings(
    environment.settings, known_plugins=[path.name for path in PLUGINS_DIR.iterdir()]
)

VAULT_SETTINGS = vault_settings.model_dump(mode="json", by_alias=True, exclude_none=True)
VAULT_HOME = prepare_home(environment.home)

DEBUG = vault_settings.Base.debug
ALLOWED_HOSTS = list(vault_settings.Base.allowed_hosts)
TRUSTED_PROXIES = tuple(vault_settings.Base.trusted_proxies)
SECRET_KEY = site_key(VAULT_HOME, "secret_key")
LOGGING_CONFIG = None
logging.config.dictConfig(configure_logging(debug=DEBUG))

# --- requests --------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "NimbusVault.urls"
WSGI_APPLICATION = "NimbusVault.wsgi.application"
APPEND_SLASH = False
MIDDLEWARE = [
    "VaultPlatform.web.request_ids.RequestIdMiddleware",
    "VaultPlatform.web.errors.ErrorMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "VaultPlatform.identity.gate.OrganisationMiddleware",
    "VaultPlatform.identity.gate.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/vault/api/static/"
WHITENOISE_USE_FINDERS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["VaultPlatform.identity.authentication.PrincipalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["VaultPlatform.web.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "VaultPlatform.web.openapi.ContainedSchema",
    "EXCEPTION_HANDLER": "VaultPlatform.web.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = openapi_settings.SPECTACULAR

# --- identity --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "VaultModels.User"
AUTHENTICATION_BACKENDS: list[str] = []
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
_auth = vault_settings.Auth
TOKEN_SIGNING_KEY = _auth.signing_key.resolve() if _auth.signing_key else site_key(VAULT_HOME, "token_key")
ACCESS_TOKEN_MINUTES = _auth.access_token_minutes
REFRESH_TOKEN_DAYS = _auth.refresh_token_days
AUTH_MAX_FAILURES = _auth.max_failures
AUTH_FAILURE_WINDOW = _auth.failure_window_minutes

# --- data ------------------------------------------------------------------------------------------------------------

DATABASES = database_settings(vault_settings.Database, VAULT_HOME)
DATABASE_ROUTERS = ["VaultPlatform.tenancy.router.PlaneRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
BLOB_STORAGE = vault_settings.Storage
BLOB_STORAGE.check(root=VAULT_HOME / "storage")
for _component in filter(None, (vault_settings.Search, vault_settings.Cache)):
    _component.check()
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

# --- background ------------------------------------------------------------------------------------------------------

CELERY_SETTINGS = celery_settings(vault_settings.Celery, VAULT_HOME)
globals().update({f"CELERY_{name.upper()}": value for name, value in CELERY_SETTINGS.items()})

# --- plugins ---------------------------------------------------------------------------------------------------------

CORE_APPS = [
    "VaultPlatform",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "VaultModels",
    "VaultModels.control",
]
PLUGIN_HOST = PluginHost(
    configured=list(vault_settings.Base.active_plugins),
    plugins_dir=PLUGINS_DIR,
    plugin_dirs=list(vault_settings.plugin_dirs),
    plugin_errors=vault_settings.Base.plugin_errors,
    settings=vault_settings,
)
# The host's own app comes last: when it is ready, all models are, and plugins' hooks and routes can be loaded.
INSTALLED_APPS = [*CORE_APPS, *PLUGIN_HOST.installed_apps(CORE_APPS), "VaultPlatform.host"]
#: What loaded; the list is shortened in place when a plugin fails at a later stage.
ACTIVE_PLUGINS = PLUGIN_HOST.loaded
MIGRATION_MODULES: dict[str, str | None] = {}  # a plugin whose models fail is entered here
