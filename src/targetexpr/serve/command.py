"""`targetexpr serve`: the sandbox as a command."""

from __future__ import annotations

import os
import secrets
import socket
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec

from targetexpr.base.errors import InputError
from targetexpr.console.exits import YES
from targetexpr.console.options import add
from targetexpr.serve.settings import (
    MOST_BODY,
    MOST_RECORDS,
    Credential,
    Options,
    is_loopback,
    read_credential,
)

USER_VARIABLE = "TARGETEXPR_SERVE_USER"
DESCRIPTION = f"""\
A sandbox to post to: the platform's target group API on your own machine, with the library's checks and evaluation
behind it. Create groups, enrol customers, feed records, set the clock, and read what everybody has reached. A wrong
payload gets the platform's error and, beside it, every reason with its place.

The platform's operations are under /v3, the sandbox's own under /sandbox; /docs lists all of them and works without a
network. Basic authentication is always on, unless --no-auth is given, which is for this machine only: without --user
a password is made up and printed once. {USER_VARIABLE} holds NAME:PASSWORD as well, and keeps it out of the list of
processes.

Everything is kept in one SQLite file, and what was answered is on the disk. Ctrl-C ends it once open requests are
answered. `targetexpr help sandbox` has every limit, and what is answered beyond it."""
EXAMPLES = f"""\
  targetexpr serve
  targetexpr serve --database :memory: --no-auth --port 0
  {USER_VARIABLE}=till:secret targetexpr serve --database sandbox.sqlite3 --log text
  targetexpr serve --host 0.0.0.0 --certfile cert.pem --keyfile key.pem
  curl -u till:secret --json @group.json http://127.0.0.1:8310/v3/targetGroups
  curl -u till:secret -X PUT --json '{{"now":"2024-01-01T09:00:00Z"}}' http://127.0.0.1:8310/sandbox/clock
  curl -u till:secret -H 'Content-Type: application/x-ndjson' --data-binary @records.jsonl \\
       http://127.0.0.1:8310/sandbox/records"""

_MISSING = "the server needs the extra: pip install 'targetexpr[serve]'"


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add(parser, "--host", "--port", "--database", "--user", "--no-auth", "--certfile", "--keyfile", "--log")
    add(parser, "--max-body", "--max-records", "--deadline", "--header-timeout")
    add(parser, "--max-connections", "--max-per-address", "--limit-concurrency")


def run(options: Namespace) -> int:
    """Serve until stopped; the exit status."""
    if find_spec("fastapi") is None or find_spec("uvicorn") is None or find_spec("pydantic") is None:
        raise InputError(_MISSING)
    from targetexpr.serve.store import Store
    from targetexpr.serve.store_errors import StoreError

    credential, made_up = _credential(options)
    wanted = Options(
        database=options.database,
        credential=credential,
        most_body=options.max_body or MOST_BODY,
        most_records=options.max_records or MOST_RECORDS,
        deadline=options.deadline,
        header_timeout=options.header_timeout,
        most_connections=options.max_connections,
        most_per_address=options.max_per_address,
        limit_concurrency=options.limit_concurrency,
        log=options.log,
        certfile=options.certfile,
        keyfile=options.keyfile,
        host=options.host,
    )
    _check_certificate(options)
    listener = _listen(options.host, options.port)
    try:
        store = Store(options.database)
    except StoreError as failure:
        listener.close()
        raise InputError(failure.message) from None
    try:
        from targetexpr.serve.uvicorn_server import serve  # what takes longest comes when all else is in order

        serve(wanted, store, listener, made_up=made_up)
    finally:
        store.close()
    return YES


def _credential(options: Namespace) -> tuple[Credential | None, bool]:
    """Who may ask, and whether its password was made up here."""
    given = options.user if options.user is not None else os.environ.get(USER_VARIABLE)
    if options.no_auth:
        if options.user is not None:
            raise InputError("--user and --no-auth exclude each other")
        if not is_loopback(options.host):
            raise InputError(
                f"--no-auth answers everybody, so it is for this machine only, and {options.host} can be reached from "
                f"others; leave it out, and give --user or {USER_VARIABLE}"
            )
        return None, False
    if given is not None:
        try:
            return read_credential(given), False
        except ValueError as error:
            raise InputError(str(error)) from None
    return Credential(name="sandbox", password=secrets.token_urlsafe(12)), True


def _check_certificate(options: Namespace) -> None:
    """Loads what TLS needs, to tell now what is wrong with it; uvicorn loads it again."""
    if options.certfile is None:
        if options.keyfile is not None:
            raise InputError("--keyfile is the key of a certificate; give --certfile too")
        return
    import ssl

    for name in (options.certfile, options.keyfile):
        if name is not None and not os.path.isfile(name):
            raise InputError(f"there is no file {name}")
    try:
        # No key is asked for a password: nobody would be there to give it at the next start.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certfile, options.keyfile, password=lambda: "")
    except (OSError, ValueError) as error:
        files = options.certfile if options.keyfile is None else f"{options.certfile} and {options.keyfile}"
        wanted = "expected a certificate and its key in PEM, the key without a password"
        raise InputError(f"cannot use {files} for TLS: {error}; {wanted}") from None


def _listen(host: str, port: int) -> socket.socket:
    """The socket, bound before anything else happens: a port in use is reported at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise InputError(f"there is no address {host!r} to listen on: {error}") from None
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        hint = "; --port 0 takes a free one" if port else ""
        raise InputError(f"cannot listen on {host} port {port}: {error.strerror or error}{hint}") from None
    listener.setblocking(False)
    return listener
