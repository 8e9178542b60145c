"""How a server is started: what the command line says, checked."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

LogStyle: TypeAlias = Literal["json", "text", "none"]

MOST_BODY = 1 << 20
"""Bytes of a request: a group with a hundred periods and fifty targets is a tenth of it."""

MOST_RECORDS = 32 << 20
"""Bytes of a call that feeds records."""

MOST_CONNECTIONS = 500
"""Connections in all, where the limit of open files allows as many."""

MOST_PER_ADDRESS = 250
"""Connections from one address."""

LIMIT_CONCURRENCY = 300
"""Requests that are being answered, as uvicorn calls it."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:]*)(?::[0-9]*)?").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The user of Basic authentication. The password is in no representation, so that no log has it."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a server is made from. `credential` None answers everybody, which is for loopback only."""

    database: str = ":memory:"
    credential: Credential | None = None
    most_body: int = MOST_BODY
    most_records: int = MOST_RECORDS
    header_timeout: float = 10.0  # seconds for the head of a request
    patience: float = 30.0  # seconds without a byte of a body that is not complete, or for taking some of an answer
    most_connections: int = MOST_CONNECTIONS
    most_per_address: int = MOST_PER_ADDRESS
    limit_concurrency: int = LIMIT_CONCURRENCY
    deadline: float = 30.0  # seconds for the evaluation of a request
    grace: int = 10  # seconds for open requests to be answered at the end
    log: LogStyle = "none"
    certfile: str | None = None  # of TLS, with its chain
    keyfile: str | None = None  # its key; None where the certificate's file has that too
    host: str | None = None  # where it listens; on loopback, requests for other hosts are not answered


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_meant_for(host: str, asked: str) -> bool:
    """Whether a request with this Host header is for a server that listens on `host` of this machine, on any port.

    A name of elsewhere that leads here is how a page of another site reads what only this machine should.

    >>> is_meant_for("127.0.0.1", "localhost:8310"), is_meant_for("127.0.0.1", "rebound.example:8310")
    (True, False)
    """
    found = _HOST(asked.lower())
    name = None if found is None else found[1].removesuffix(".")
    return name in ("127.0.0.1", "[::1]", "localhost", host.lower(), f"[{host.lower()}]")


def read_credential(text: str) -> Credential:
    """`NAME:PASSWORD`, as Basic authentication has it. Raises ValueError for anything else."""
    name, colon, password = text.partition(":")
    if not colon or not name or not password:
        raise ValueError("a user is given as NAME:PASSWORD, both of them not empty")
    if any(not char.isprintable() for char in text):
        raise ValueError("names and passwords have no control characters")
    return Credential(name=name, password=password)
