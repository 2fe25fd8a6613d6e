"""nginx as the page on deployment sets it up, on ports of our own and with a certificate of our own."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.serving.processes import wait_until

NAME = "vault.example.org"
_FRAME = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@contextmanager
def proxy_as_in(servers: str, *, folder: Path, site: int, plain: int, secure: int) -> Iterator[Path]:
    """Run nginx with the page's `server` blocks; the value is the certificate to trust.

    Parameters: `site`, `plain` and `secure`, the ports in place of the page's 8000, 80 and 443.
    """
    certificate = _certificate(folder)
    for pattern, ours in (
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{site}"),
        (r"/etc/nginx/vault", f"{folder}/vault"),
    ):
        servers, replaced = re.subn(pattern, ours, servers)
        assert replaced, pattern
    file = folder / "nginx.conf"
    file.write_text(_FRAME.format(folder=folder, servers=servers))
    log = folder / "nginx.log"
    with log.open("wb") as output:
        process = subprocess.Popen(["nginx", "-p", folder, "-c", file], stderr=output, stdout=output)
    try:
        wait_until(
            lambda: (folder / "nginx.pid").exists() or process.poll() is not None,
            seconds=20,
            what="nginx is up",
        )
        assert process.poll() is None, log.read_text()
        yield certificate
    finally:
        process.terminate()
        process.wait(20)


def _certificate(folder: Path) -> Path:
    key, certificate = folder / "vault.key", folder / "vault.crt"
    kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    subject = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run(["openssl", *kind.split(), *subject, *files], check=True, capture_output=True)
    return certificate
