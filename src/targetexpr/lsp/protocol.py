"""The protocol as pygls speaks it, with the errors that the specification asks for where pygls is silent."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCNotification, RPCMessage, RPCRequest

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


class Protocol(LanguageServerProtocol):
    """Answers each request, whatever is in it and whenever it comes."""

    is_initialized = False
    is_shut_down = False

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from its JSON; a request whose parameters do not fit is answered here."""
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
            self.is_shut_down |= method == lsp.SHUTDOWN
        elif method and not self.is_initialized and method != lsp.EXIT:
            return  # as the specification says: notifications before `initialize` are dropped
        super().handle_message(message)

    def _refused(self, method: str) -> JsonRpcException | None:
        if self.is_shut_down:
            return _AfterShutdown()
        return None if self.is_initialized or method == lsp.INITIALIZE else _NotInitialized()
