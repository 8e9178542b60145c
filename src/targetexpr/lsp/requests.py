"""Our own requests, beside those of the protocol: rows of conditions, the palette, the reading, the JSON of a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lsprotocol import types as lsp

from targetexpr.documents.region import Region
from targetexpr.ide.document import Document
from targetexpr.lsp.changes import change_of
from targetexpr.lsp.parameters import as_object, invalid
from targetexpr.lsp.rows import Json, catalogue_answer, conditions_answer, edit_answer, json_answer, reading_answer
from targetexpr.lsp.snapshot import Snapshot

CONDITIONS = "targetexpr/conditions"
CATALOGUE = "targetexpr/catalogue"
READING = "targetexpr/reading"
EXPRESSION_JSON = "targetexpr/expressionJson"
EDIT_CONDITIONS = "targetexpr/editConditions"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRequest:
    """What such a request is about: a document, and of several rules in it the one at a place."""

    uri: str
    position: lsp.Position | None
    members: Mapping[str, object]  # all parameters

    @staticmethod
    def of(params: object) -> RuleRequest:
        """The request of its parameters. Raises JsonRpcInvalidParams for what is none."""
        members = as_object(params, "params")
        uri = as_object(members.get("textDocument"), "textDocument").get("uri")
        if not isinstance(uri, str):
            raise invalid("`textDocument.uri` is a string")
        given = members.get("position")
        if given is None:
            return RuleRequest(uri=uri, position=None, members=members)
        place = as_object(given, "position")
        line, character = place.get("line"), place.get("character")
        if not isinstance(line, int) or not isinstance(character, int):
            raise invalid("`position` has a `line` and a `character`")
        return RuleRequest(uri=uri, position=lsp.Position(line, character), members=members)

    def region(self, snapshot: Snapshot) -> Region | None:
        """The rule that it is about: the one at the place, or the first of the document."""
        if self.position is not None:
            at = snapshot.rule_at(self.position)
            return None if at is None else at.region
        return next((one for one in snapshot.content.regions if one.kind == "rule"), None)

    def text(self, name: str) -> str:
        """A string of the parameters, empty where it is left out."""
        value = self.members.get(name, "")
        if not isinstance(value, str):
            raise invalid(f"`{name}` is a string")
        return value


def _about_rule(work: Callable[[Document], Json | None]) -> Callable[[RuleRequest, Snapshot], Json | None]:
    def answer(request: RuleRequest, snapshot: Snapshot) -> Json | None:
        region = request.region(snapshot)
        return None if region is None else work(snapshot.document_of(region))

    return answer


def _conditions(request: RuleRequest, snapshot: Snapshot) -> Json | None:
    region = request.region(snapshot)
    return None if region is None else conditions_answer(snapshot, region)


def _catalogue(request: RuleRequest, snapshot: Snapshot) -> Json:
    region = request.region(snapshot)
    document = Document("", snapshot.environment) if region is None else snapshot.document_of(region)
    return catalogue_answer(document, request.text("query"))


def _edit_conditions(request: RuleRequest, snapshot: Snapshot) -> Json | None:
    region = request.region(snapshot)
    if region is None:
        return None
    change, today = change_of(request.members.get("edit"))
    version = request.members.get("version")
    if version is not None and version != snapshot.version:
        return {"error": "The rule has changed meanwhile; look at its rows again."}
    return edit_answer(snapshot, region, change, today)


ANSWERS: Mapping[str, Callable[[RuleRequest, Snapshot], Json | None]] = {
    CONDITIONS: _conditions,
    CATALOGUE: _catalogue,
    READING: _about_rule(reading_answer),
    EXPRESSION_JSON: _about_rule(json_answer),
    EDIT_CONDITIONS: _edit_conditions,
}
"""What is answered, by the name of the request."""
