"""A rule as rows of conditions, and what can be named in one, as plain JSON: the answers of our own requests."""

from __future__ import annotations

from datetime import date
from typing import Final, TypeAlias

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.source import Span
from targetexpr.documents.region import Region
from targetexpr.front import to_json
from targetexpr.ide.condition_changes import Change, ConditionError
from targetexpr.ide.condition_defaults import simplest
from targetexpr.ide.condition_edits import edit_conditions
from targetexpr.ide.condition_operators import OperatorOffer, offer_of, operators_of
from targetexpr.ide.condition_values import Value
from targetexpr.ide.conditions import Group, Membership, Row, Subject, conditions
from targetexpr.ide.document import Document
from targetexpr.ide.labels import label
from targetexpr.ide.palette import PaletteItem, palette
from targetexpr.ide.reading import membership_reading, reading
from targetexpr.ide.wording import Wording
from targetexpr.lsp.snapshot import Snapshot
from targetexpr.syntax.json_encoder import JsonStyle

Json: TypeAlias = dict[str, object]

STYLES: Final[tuple[JsonStyle, ...]] = ("compact", "editor")

_MOST_LISTED = 20
"""Conditions of one subject that are rows as well; of more the list alone is told."""


def conditions_answer(snapshot: Snapshot, region: Region) -> Json | None:
    """`targetexpr/conditions`: the rows of a rule; None while the text is none."""
    document = snapshot.document_of(region)
    whole, checked = conditions(document), document.analysis.checked
    if whole is None or checked is None:
        return None
    teller = _Teller(snapshot, region, document, Wording(document.text, checked))
    root = teller.group(whole)
    return {"version": snapshot.version, "root": root, "operators": teller.operators()}


class _Teller:
    """Tells rows as JSON; which kinds of operators they need is collected on the way."""

    def __init__(self, snapshot: Snapshot, region: Region, document: Document, wording: Wording) -> None:
        self._snapshot = snapshot
        self._region = region
        self._document = document
        self._wording = wording
        self._keys: dict[str, None] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def group(self, whole: Group) -> Json:
        """A group with all that is in it."""
        # Not recursive: a rule may be nested as deeply as the limits let it.
        root: Json = {}
        waiting: list[tuple[Group, Json]] = [(whole, root)]
        while waiting:
            group, made = waiting.pop()
            items: list[Json] = []
            membership = group.membership
            made |= {
                "kind": "group",
                "mode": group.mode,
                "negated": group.negated,
                "span": self._range(group.span),
                "path": list(group.path),
                "items": items,
            }
            if membership is not None:
                made["list"] = self._membership(membership)
                if len(membership.values) > _MOST_LISTED:
                    continue
            for one in group.items:
                if isinstance(one, Row):
                    items.append(self._row(one))
                else:
                    inner: Json = {}
                    items.append(inner)
                    waiting.append((one, inner))
        return root

    def operators(self) -> Json:
        """The operators of all kinds of subject that were told of."""
        schema, event = self._document.schema, self._document.event
        return {key: [_offer(one) for one in operators_of(key, schema, event)] for key in self._keys}

    def _row(self, row: Row) -> Json:
        made: Json = {
            "kind": row.kind,
            "path": list(row.path),
            "span": self._range(row.span),
            "operator": row.operator,
            "negated": row.negated,
            "values": [self._value(place, value) for place, value in enumerate(row.values)],
            "text": row.text,
            "reading": self._wording.says(row.part.whole),
        }
        subject = row.subject
        if subject is not None:
            made |= self._about(subject)
            made["operatorLabel"] = self._label(row.operator, subject.key)
        return made

    def _about(self, subject: Subject) -> Json:
        self._keys[subject.key] = None
        return {
            "subject": subject.text,
            "subjectLabel": subject.label,
            "subjectOf": subject.of,
            "subjectKind": subject.kind,
            "subjectDoc": subject.doc,
            "subjectSpan": self._range(subject.span),
            "type": subject.type,
            "operators": subject.key,
        }

    def _label(self, operator: str, key: str) -> str:
        known = self._labels.get((operator, key))
        if known is None:
            offer = offer_of(operator, key, self._document.schema, self._document.event)
            known = self._labels[operator, key] = operator if offer is None else offer.label
        return known

    def _value(self, place: int, value: Value) -> Json:
        made: Json = {
            "place": place,
            "name": value.name,
            "kind": value.kind,
            "written": value.written,
            "choices": list(value.choices),
            "span": self._range(value.span),
        }
        if value.name:
            made["label"] = label(value.name)
        if value.limits is not None:
            made["limits"] = list(value.limits)
        return made

    def _membership(self, one: Membership) -> Json:
        return {
            **self._about(one.subject),
            "operator": one.operator,
            "operatorLabel": one.label,
            "values": [self._value(place, value) for place, value in enumerate(one.row.values[:-1])],
            "kind": one.values[0].kind,
            "written": [value.written for value in one.values],
            "choices": list(one.values[0].choices),
            "reading": membership_reading(one, self._wording),
        }

    def _range(self, span: Span) -> Json:
        start, end = (self._snapshot.position(offset) for offset in self._region.document_span(span))
        return {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }


def _offer(one: OperatorOffer) -> Json:
    parameters = () if one.function is None else simplest(one.function).parameters
    return {
        "id": one.id,
        "label": one.label,
        "doc": "" if one.function is None else one.function.doc,
        "values": [
            {"name": p.name, "kind": p.type.kind, "choices": list(p.values)} for p in parameters if p.role != "ignored"
        ],
    }


def edit_answer(snapshot: Snapshot, region: Region, change: Change, today: date | None) -> Json:
    """`targetexpr/editConditions`: the edits of the document that make a change of rows, or why it cannot be made."""
    try:
        edits = edit_conditions(snapshot.document_of(region), change, today=today)
    except ConditionError as error:
        return {"error": str(error)}
    made = region.document_edits(edits)
    if made is None:
        return {"error": "The document cannot hold the changed rule as a string here."}
    return {"version": snapshot.version, "edits": snapshot.text_edits(made)}


# ---- the palette, the reading and the JSON -------------------------------------------------------------------------


def catalogue_answer(document: Document, query: str) -> Json:
    """`targetexpr/catalogue`: what the rules of a document can name."""
    found = palette(document, query)
    return {
        "profiles": [
            {
                "name": profile.name,
                "label": profile.label,
                "doc": profile.doc,
                "attributes": [_item(one) for one in profile.items if one.entry.function is None],
                "methods": [_item(one) for one in profile.items if one.entry.function is not None],
            }
            for profile in found.profiles
        ],
        "functions": [{**_item(one), "receiver": one.entry.owner} for one in found.methods],
    }


def _item(one: PaletteItem) -> Json:
    made: Json = {
        "path": one.path,
        "name": one.entry.name,
        "label": one.label,
        "kind": "attribute" if one.entry.function is None else "method",
        "type": one.entry.type,
        "doc": one.entry.doc,
        "notes": list(one.entry.notes),
        "insert": one.insert,
    }
    if one.entry.function is None:
        made["values"] = list(one.values)
    else:
        made["signature"] = one.entry.signature
    return made


def reading_answer(document: Document) -> Json | None:
    """`targetexpr/reading`: a rule in plain English, and its type; None while the text is no rule."""
    found = reading(document)
    return None if found is None else {"text": found.text, "type": found.type}


def json_answer(document: Document) -> Json | None:
    """`targetexpr/expressionJson`: both layouts; None while the text is no rule without errors."""
    checked = document.analysis.checked
    if checked is None or not checked.ok:
        return None
    made: Json = {}
    for style in STYLES:
        try:
            made[style] = to_json(checked, style)
        except ExpressionError:  # too large in this layout
            made[style] = None
    return made
