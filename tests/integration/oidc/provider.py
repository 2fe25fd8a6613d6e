"""A provider of OpenID Connect on this machine, a site of its own: `python -m tests.integration.oidc.provider FOLDER`.

Prints a line with its address, client id and secret once it serves; ends with its standard input. `/sign-in?user=NAME`
stands for its sign-in page.
"""

import json
import sys
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

REDIRECT_URI = "http://127.0.0.1:1/back"
PEOPLE = {
    "ada": {"email": "ada@example.org", "email_verified": True},
    "bob": {"email": "bob@example.org", "email_verified": False},
    "new": {"email": "new@example.org", "email_verified": True},
    "odd": {"email": "odd one@example.org", "email_verified": True},
}
SECRET = "the secret that the provider shares with the vault"


def configure(folder: Path) -> None:
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="of a provider that lives for a test",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": pem.decode(),
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who you are", "email": "your address"},
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http"],
        },
    )
    django.setup()


def sign_in(request: Any) -> Any:
    from django.contrib.auth import get_user_model, login
    from django.http import HttpResponse

    login(request, get_user_model().objects.get(username=request.GET["user"]))
    return HttpResponse()


def __getattr__(name: str) -> Any:
    """What needs Django, which is set up later than this file is read."""
    if name == "urlpatterns":
        from django.urls import include, path

        return [path("o/", include("oauth2_provider.urls")), path("sign-in", sign_in)]
    if name == "Validator":
        from oauth2_provider.oauth2_validators import OAuth2Validator

        class Validator(OAuth2Validator):
            oidc_claim_scope = None

            def get_additional_claims(self, request: Any) -> dict[str, Any]:
                return {**PEOPLE[request.user.username], "preferred_username": request.user.username}

        return Validator
    raise AttributeError(name)


def fill() -> dict[str, str]:
    """The people, and the vault as a client; its id and secret."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    for name in PEOPLE:
        get_user_model().objects.create_user(name)
    vault = Application.objects.create(
        name="vault",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=REDIRECT_URI,
        skip_authorization=True,
        algorithm=Application.RS256_ALGORITHM,
        client_secret=SECRET,
    )
    return {"client_id": vault.client_id, "client_secret": SECRET}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def main() -> None:
    sys.modules["tests.integration.oidc.provider"] = sys.modules[__name__]
    configure(Path(sys.argv[1]))
    client = fill()
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"address": f"http://127.0.0.1:{server.server_port}", **client}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
