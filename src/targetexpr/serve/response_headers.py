"""Headers of every answer, for browsers: what came from here is data of this moment, no page, and in no frame."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def with_ours(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers and those that it does not have."""
    given = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in given}
    return [*given, *(header for header in ALWAYS if header[0] not in names)]


def policy_of_page(style: str) -> str:
    """The policy of a page with one style sheet, which stands in it.

    >>> policy_of_page("a{}").partition("; style-src ")[2]
    "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='"
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"{POLICY}; style-src 'sha256-{digest}'"
