"""Multipart bodies written by hand, as no well-behaved client sends them."""

from typing import Any

from tests.integration.documents.members import Member

BOUNDARY = "limes"


def part(name: str, content: bytes, *, filename: str | None = None, **headers: str) -> bytes:
    disposition = f'form-data; name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    lines = {
        "Content-Disposition": disposition,
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    return "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode() + b"\r\n" + content


def body(*parts: bytes) -> bytes:
    opening = f"--{BOUNDARY}\r\n".encode()
    return b"".join(opening + each + b"\r\n" for each in parts) + f"--{BOUNDARY}--\r\n".encode()


def post_raw(member: Member, content: bytes, **environ: Any) -> Any:
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return member.client.generic("POST", "/vault/documents", content, content_type, **environ)
