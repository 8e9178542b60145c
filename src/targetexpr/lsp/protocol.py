"""The protocol as pygls speaks it, with the errors that the specification asks for where pygls is silent."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcParseError
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage, RPCMessage, RPCRequest

OWN = "targetexpr/"  # how the names of our own requests begin, whose parameters stay plain JSON
_INVALID = "$/targetexpr/invalid"  # stands for a message that was answered already


class ContentModified(JsonRpcException):
    """The document changed while the answer was worked out; nobody wants it any more."""

    CODE = lsp.LSPErrorCodes.ContentModified
    MESSAGE = "The document has changed meanwhile."


class _NotInitialized(JsonRpcException):
    CODE = lsp.ErrorCodes.ServerNotInitialized
    MESSAGE = "The first request is `initialize`."


class _AfterShutdown(JsonRpcException):
    CODE = lsp.ErrorCodes.InvalidRequest
    MESSAGE = "Behind `shutdown` only `exit` is expected."


class _NoMessage(JsonRpcException):
    CODE = lsp.ErrorCodes.InvalidRequest
    MESSAGE = 'Expected an object with "jsonrpc": "2.0".'


class Encoded(NamedTuple):
    """An answer that is JSON already: that of a large document is made where others need not wait for it."""

    text: str


class Protocol(LanguageServerProtocol):
    """Answers each request, whatever is in it and whenever it comes."""

    is_initialized = False
    is_shut_down = False
    has_headers = True  # before each message; a WebSocket knows where one ends

    def encode(self, value: object) -> Encoded:
        """A value of the protocol's types as JSON."""
        return Encoded(json.dumps(value, default=self._serialize_message))

    def tell(self, method: str, params: Encoded) -> None:
        """A notification whose parameters are JSON already."""
        name = json.dumps(method)
        self._write(f'{{"jsonrpc": "{self.VERSION}", "method": {name}, "params": {params.text}}}')

    def _send_data(self, data: Any) -> None:
        """A message; an encoded answer in it stays what it is."""
        result = getattr(data, "result", None)
        if isinstance(result, Encoded):
            id_ = json.dumps(data.id)
            self._write(f'{{"jsonrpc": "{self.VERSION}", "id": {id_}, "result": {result.text}}}')
        else:
            self._write(self.encode(data).text)

    def _write(self, text: str) -> None:
        body = text.encode("ascii")  # JSON escapes the rest, lone surrogates too
        if self.writer is not None:
            self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body if self.has_headers else body)

    def take(self, body: bytes) -> None:
        """Reads a message and does what it says."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._refuse(None, JsonRpcParseError(str(error)))
            return
        if not isinstance(data, dict) or data.get("jsonrpc") != self.VERSION:
            id_ = data.get("id") if isinstance(data, dict) else None
            self._refuse(id_, _NoMessage())
            return
        try:
            self.handle_message(self.structure_message(data))
        except Exception as error:  # the next message can be answered all the same
            self._server._report_server_error(error, JsonRpcException)

    def _refuse(self, id_: object, error: JsonRpcException) -> None:
        """Refuses what is no request; its id is null where it cannot be told."""
        told = {"code": int(error.code), "message": error.message}
        self._write(json.dumps({"jsonrpc": self.VERSION, "id": id_, "error": told}))

    def give_up(self) -> None:
        """What is still being worked out is answered as cancelled."""
        for future in list(self._request_futures.values()):  # each goes from there as it ends
            future.cancel()

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from its JSON; a request whose parameters do not fit is answered here."""
        method = data.get("method")
        if "id" in data and isinstance(method, str) and method.startswith(OWN):
            return JsonRPCRequestMessage(data["id"], method, self.VERSION, data.get("params"))
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" not in data or "method" not in data:
                raise
            self._send_response(data["id"], error=error.to_response_error())
            return JsonRPCNotification(method=_INVALID, jsonrpc=self.VERSION, params=None)

    def handle_message(self, message: RPCMessage) -> None:
        """Refuses what comes before `initialize` and behind `shutdown`."""
        method = getattr(message, "method", "")
        if method == _INVALID:
            return
        if isinstance(message, RPCRequest):
            refused = self._refused(method)
            if refused is not None:
                self._send_response(message.id, error=refused.to_response_error())
                return
            self.is_initialized |= method == lsp.INITIALIZE
            if method == lsp.SHUTDOWN:
                self.is_shut_down = True
                self.give_up()
        elif method and not self.is_initialized and method != lsp.EXIT:
            return  # as the specification says: notifications before `initialize` are dropped
        super().handle_message(message)

    def _refused(self, method: str) -> JsonRpcException | None:
        if self.is_shut_down:
            return _AfterShutdown()
        return None if self.is_initialized or method == lsp.INITIALIZE else _NotInitialized()
