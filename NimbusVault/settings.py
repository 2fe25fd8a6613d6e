"""Django's settings, made of VaultSettings.json and the VAULT_… variables.

What a deployment may change is in VaultSettings.json; the rest is how the vault is built. Plugins may import
`vault_settings`, `VAULT_SETTINGS`, `ACTIVE_PLUGINS`, `PLUGINS_DIR` and `CELERY_SETTINGS` from here.
"""

import logging.config

from NimbusVaultConstants.Modelentity.Modelentity import ModelName
from VaultPlatform import openapi_settings
from VaultPlatform.celery_settings import celery_settings
from VaultPlatform.config import REPOSITORY, load_environment, load_settings
from VaultPlatform.host import PluginHost
from VaultPlatform.host.error_mode import error_mode
from VaultPlatform.host.inventory import folders_outside, installation_folder, names_in
from VaultPlatform.host.trial import left_out
from VaultPlatform.keys import configured_token_keys, first_token_key, prepare_home, site_key
from VaultPlatform.tenancy.caching import offered, vault_caches
from VaultPlatform.tenancy.databases import database_settings
from VaultPlatform.tenancy.files import NO_MEDIA_ROOT
from VaultPlatform.web import cross_origin
from VaultPlatform.web.logs import configure_logging

environment = load_environment()
PLUGINS_DIR = REPOSITORY / "Plugins"
INSTALLED_PLUGINS_DIR = installation_folder(environment.home)
vault_settings = load_settings(
    environment.settings, known_plugins=names_in(PLUGINS_DIR, INSTALLED_PLUGINS_DIR)
)

VAULT_SETTINGS = vault_settings.model_dump(mode="json", by_alias=True, exclude_none=True)
VAULT_HOME = prepare_home(environment.home)

DEBUG = vault_settings.Base.debug
ALLOWED_HOSTS = list(vault_settings.Base.allowed_hosts)
DELETION_GRACE_DAYS = vault_settings.Base.deletion_grace_days
RUNS_KEPT_DAYS = vault_settings.Base.runs_kept_days
TRUSTED_PROXIES = tuple(vault_settings.Base.trusted_proxies)
SECRET_KEY = site_key(VAULT_HOME, "secret_key")
LOGGING_CONFIG = None
logging.config.dictConfig(configure_logging(debug=DEBUG))

# --- requests --------------------------------------------------------------------------------------------------------

ROOT_URLCONF = "NimbusVault.urls"
WSGI_APPLICATION = "NimbusVault.wsgi.application"
APPEND_SLASH = False
_base = vault_settings.Base
MIDDLEWARE = [
    "VaultPlatform.web.request_ids.RequestIdMiddleware",
    "VaultPlatform.web.headers.ProxyMiddleware",
    "VaultPlatform.web.headers.HeadersMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if _base.cors_origins else []),
    "VaultPlatform.web.errors.ErrorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "VaultPlatform.web.throttle.AddressThrottle",
    "VaultPlatform.audit.middleware.AuditMiddleware",
    "VaultPlatform.identity.gate.OrganisationMiddleware",
    "VaultPlatform.identity.gate.AuthenticationMiddleware",
    "VaultPlatform.web.throttle.PrincipalThrottle",
    "VaultPlatform.web.bodies.BodyMiddleware",
    "VaultPlatform.runs.middleware.IdempotencyMiddleware",
]
THROTTLE = {
    "organisation": _base.throttle_organisation,
    "principal": _base.throttle_principal,
    "anonymous": _base.throttle_anonymous,
}
DATA_UPLOAD_MAX_MEMORY_SIZE = _base.max_body_bytes
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/vault/api/static/"
WHITENOISE_USE_FINDERS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Only a trusted proxy's word reaches this header: VaultPlatform.web.headers.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _base.https else None
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _base.https
SECURE_REDIRECT_EXEMPT = [rf"^{ModelName.url_vault}health/"]  # asked on the machine itself, past the proxy
SECURE_HSTS_SECONDS = _base.hsts_seconds if _base.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = _base.hsts_subdomains, _base.hsts_preload
SILENCED_SYSTEM_CHECKS = [
    "security.W003"
]  # no cookie signs anybody in, so there is no request to forge with one
CORS_ALLOWED_ORIGINS = list(_base.cors_origins)
CORS_URLS_REGEX = rf"^/{ModelName.url_vault}"
CORS_ALLOW_HEADERS = [*cross_origin.REQUEST_HEADERS]
CORS_EXPOSE_HEADERS = [*cross_origin.ANSWER_HEADERS]
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
TOKEN_KEYS = configured_token_keys(_auth)
if not TOKEN_KEYS:  # they are kept in VAULT_HOME: VaultPlatform.identity.signing
    first_token_key(VAULT_HOME)
ACCESS_TOKEN_MINUTES = _auth.access_token_minutes
REFRESH_TOKEN_DAYS = _auth.refresh_token_days
AUTH_MAX_FAILURES = _auth.max_failures
AUTH_FAILURE_WINDOW = _auth.failure_window_minutes
API_KEY_DAYS = _auth.api_key_days
SIGN_IN_PROVIDER = _auth.oidc.build() if _auth.oidc else None

# --- data ------------------------------------------------------------------------------------------------------------

DATABASES = database_settings(vault_settings.Database, VAULT_HOME)
DATABASE_ROUTERS = ["VaultPlatform.tenancy.router.PlaneRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
BLOB_STORAGE = vault_settings.Storage
BLOB_STORAGE.check(root=VAULT_HOME / "storage")
STORAGES = {
    "default": {"BACKEND": "VaultPlatform.tenancy.files.OrganisationFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = NO_MEDIA_ROOT
CACHE = vault_settings.Cache
CACHES = vault_caches()
CACHE.check(**offered(CACHE))
if vault_settings.Search is not None:
    vault_settings.Search.check()
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
    "corsheaders",
    "django_celery_beat",
    "VaultModels",
    "VaultModels.control",
]
PLUGIN_HOST = PluginHost(
    configured=list(vault_settings.Base.active_plugins),
    plugins_dir=PLUGINS_DIR,
    plugin_dirs=folders_outside(
        vault_settings.plugin_dirs, apps_dir=environment.apps_dir, installed=INSTALLED_PLUGINS_DIR
    ),
    plugin_errors=error_mode(vault_settings.Base.plugin_errors),
    settings=vault_settings,
    settings_file=environment.settings,
    installed=INSTALLED_PLUGINS_DIR,
    hook_timeout_seconds=vault_settings.Base.hook_timeout_seconds,
    hook_failures=vault_settings.Base.hook_failures,
    left_out=left_out(VAULT_HOME),
)
# The host's own app comes last: when it is ready, all models are, and plugins' hooks and routes can be loaded.
INSTALLED_APPS = [*CORE_APPS, *PLUGIN_HOST.installed_apps(CORE_APPS), "VaultPlatform.host"]
#: What loaded; the list is shortened in place when a plugin fails at a later stage.
ACTIVE_PLUGINS = PLUGIN_HOST.loaded
MIGRATION_MODULES: dict[str, str | None] = {}  # a plugin whose models fail is entered here
