"""Who is connected: at most so many in all and from one address. Who has said nothing for longest makes room.

Decided when a connection is accepted, before anything is made for it: what waits for a TLS handshake counts too.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import IntEnum
from time import monotonic
from typing import Any, Protocol, TypeAlias

_LOG = logging.getLogger("targetexpr.serve")

MOST_RESERVED, LEAST_RESERVED = 64, 24
"""File descriptors that are not for connections: the database, its journal, the event loop, and those being closed."""

_REFUSED_AT_ONCE = 16  # connections that are refused before others have their turn
_CLOSING = 5.0  # seconds for a client to take the last bytes

Address: TypeAlias = tuple[Any, ...]


class Stage(IntEnum):
    """How far a connection is; those of a lower stage make room before those of a higher one."""

    SILENT = 0  # has not been answered yet, and its first request is not complete
    IDLE = 1  # was answered, and may ask again
    SENDING = 2  # is in the middle of a body
    WORKING = 3  # is being answered, and stays


class Client(Protocol):
    """What is known of a connection once its protocol has begun."""

    @property
    def stage(self) -> Stage:
        """How far it is."""

    @property
    def since(self) -> float:
        """When it came there."""

    def is_overdue(self, now: float) -> bool:
        """Whether it owes the head of a request, or takes nothing of its answer, for longer than it may."""

    def give_up(self) -> None:
        """Ends a connection that let the server wait too long."""

    def abort(self) -> None:
        """Ends it at once."""

    def is_closing(self) -> bool:
        """Whether it is to end once the client has taken what is left."""


class _Accepted(socket.socket):
    """A connection that is counted until it is closed."""

    peer: Address = ()
    gone: Callable[[_Accepted], None] | None = None
    client: Client | None = None
    accepted = 0.0
    closing: float | None = None  # since when it is to end

    def close(self) -> None:
        """Closes it; from now on there is room for another."""
        if self.gone is not None:
            self.gone(self)
        super().close()

    @property
    def stage(self) -> Stage:
        """How far it is."""
        return Stage.SILENT if self.client is None else self.client.stage

    @property
    def since(self) -> float:
        """When it came there."""
        return self.accepted if self.client is None else self.client.since

    def end(self) -> None:
        """Ends it without an answer. Without a protocol, the end of the stream ends the handshake."""
        if self.client is not None:
            self.client.abort()
        else:
            with suppress(OSError):  # the client has gone already
                self.shutdown(socket.SHUT_RDWR)


class Connections:
    """The connections of a server, and who may become one."""

    def __init__(self, *, most: int, most_per_address: int, handshake: float) -> None:
        descriptors = _descriptors()
        room = descriptors - max(LEAST_RESERVED, min(descriptors // 4, MOST_RESERVED))
        self.most = max(1, min(most, room))
        # Whatever one address does, others find a place without anybody making room.
        self.most_per_address = max(1, min(most_per_address, self.most * 3 // 4))
        self.handshake = handshake  # seconds that one of TLS may take
        self._by_host: dict[str, dict[Address, _Accepted]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def admit(self, connection: _Accepted) -> bool:
        """Counts a new connection, another one making room for it if need be; False when none can."""
        host = _host(connection.peer)
        own = self._by_host.get(host, {})
        if len(own) >= self.most_per_address:
            if not self._make_room(own.values()):
                return False
        elif self._count >= self.most:
            largest = max(self._by_host.values(), key=len)
            if not (self._make_room(largest.values()) or self.make_room()):
                return False
        connection.accepted = monotonic()
        connection.gone = self._gone
        self._by_host.setdefault(host, {})[connection.peer] = connection
        self._count += 1
        return True

    def make_room(self) -> bool:
        """Ends the connection that can best be done without; False when all are being answered."""
        return self._make_room([one for of_host in self._by_host.values() for one in of_host.values()])

    def _make_room(self, connections: Iterable[_Accepted]) -> bool:
        found = min(connections, key=lambda one: (one.stage, one.since), default=None)
        if found is None or found.stage is Stage.WORKING:
            return False
        self._gone(found)
        found.end()
        _LOG.warning("A connection that was not being answered was closed to make room for another.")
        return True

    def _gone(self, connection: _Accepted) -> None:
        connection.gone = None
        host = _host(connection.peer)
        of_host = self._by_host.get(host, {})
        if of_host.get(connection.peer) is connection:
            del of_host[connection.peer]
            self._count -= 1
            if not of_host:
                del self._by_host[host]

    def begun(self, peer: Address, client: Client) -> None:
        """The protocol of a connection has begun."""
        found = self._by_host.get(_host(peer), {}).get(peer)
        if found is not None:
            found.client = client

    def sweep(self) -> None:
        """Ends what let the server wait too long. To be called several times a second."""
        now = monotonic()
        for connection in [one for of_host in self._by_host.values() for one in of_host.values()]:
            client = connection.client
            if client is None:
                if now - connection.accepted > self.handshake:
                    connection.end()
            elif client.is_closing():
                connection.closing = now if connection.closing is None else connection.closing
                if now - connection.closing > _CLOSING:
                    client.abort()
            elif client.is_overdue(now):
                client.give_up()


class Listener(socket.socket):
    """A listening socket that lets nobody in for whom there is no room."""

    def __init__(self, listener: socket.socket, connections: Connections, refusal: bytes) -> None:
        super().__init__(listener.family, listener.type, listener.proto, fileno=listener.detach())
        self.setblocking(False)
        self._connections = connections
        self._refusal = refusal  # what those are told who cannot be let in

    def accept(self) -> tuple[socket.socket, Address]:
        """The next connection that there is room for. Raises BlockingIOError when there is none, as every socket."""
        for _ in range(_REFUSED_AT_ONCE):
            try:
                plain, peer = super().accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE) and self._connections.make_room():
                    raise BlockingIOError from None  # it closes before the next try
                raise
            connection = _Accepted(plain.family, plain.type, plain.proto, fileno=plain.detach())
            connection.peer = peer
            if self._connections.admit(connection):
                return connection, peer
            self._refuse(connection)
        raise BlockingIOError

    def _refuse(self, connection: _Accepted) -> None:
        _LOG.warning("A connection was refused: as many as there may be are being answered.")
        connection.setblocking(False)
        try:
            connection.send(self._refusal)
        except OSError:
            pass  # the client has gone already
        finally:
            connection.close()


def _descriptors() -> int:
    """How many files this process may have open."""
    try:
        import resource
    except ImportError:
        return 512  # what select takes on Windows
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft


def _host(peer: Sequence[Any]) -> str:
    """Who is at an address: of IPv6 the network that one subscriber has.

    >>> _host(("::ffff:10.0.0.1", 80, 0, 0)), _host(("2001:db8:1:2:3::4", 80, 0, 0)), _host(("10.0.0.1", 80))
    ('10.0.0.1', '2001:db8:1:2::/64', '10.0.0.1')
    """
    host = str(peer[0])
    if ":" not in host:
        return host
    address = ipaddress.IPv6Address(host.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))
