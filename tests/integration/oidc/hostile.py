"""A provider that does what it likes: every answer of it is chosen by the test."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

NONCE = "the nonce of this sign-in"
CLIENT = "vault"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLISHED = [
    {**RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "rsa"},
    {**ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "ec"},
    {"kty": "oct", "k": "c2VjcmV0", "kid": "oct", "alg": "HS256"},
]


class Hostile:
    """Its answers: of discovery, of keys, and the ID token. Whatever is asked is kept in `asked`."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.discovery: dict[str, Any] = {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
        }
        self.keys: Any = {"keys": PUBLISHED}
        self.id_token: Any = None
        self.raw: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        good = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60, "nonce": NONCE}
        good |= {"email": "ada@example.org", "email_verified": True, **changes}
        return {name: value for name, value in good.items() if value != "gone"}

    def sign(
        self, claims: dict[str, Any], *, key: Any = RSA, algorithm: str = "RS256", kid: Any = "rsa"
    ) -> str:
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else None)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        if path in self.raw:
            return self.raw[path]
        body = {
            "/.well-known/openid-configuration": self.discovery,
            "/keys": self.keys,
            "/token": {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token},
        }.get(path)
        return (404, {}, b"{}") if body is None else (200, {}, json.dumps(body).encode())


@contextmanager
def hostile_provider() -> Iterator[Hostile]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer()

        def _answer(self) -> None:
            status, headers, body = provider.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Hostile(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            server.shutdown()
