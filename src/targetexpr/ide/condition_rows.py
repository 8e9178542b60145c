"""Changes of one row: its values, its operator, its subject; and rows that are not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.front import Analysis, analyze
from targetexpr.ide.completion import members
from targetexpr.ide.condition_changes import ConditionError, NewRow
from targetexpr.ide.condition_defaults import default_call, simplest
from targetexpr.ide.condition_operators import NOT, OperatorOffer, kind_key, offer_of
from targetexpr.ide.condition_text import NEGATED, RuleText
from targetexpr.ide.condition_typing import sentence, string_text, typed_edits
from targetexpr.ide.condition_values import Value, ValueKind
from targetexpr.ide.conditions import Row, Subject
from targetexpr.ide.document import Document
from targetexpr.lang.functions import KIND_METHODS, Function, Parameter, Role
from targetexpr.lang.nodes import Binary, Conditional, Logical, MethodCall
from targetexpr.lang.operators import COMPARISONS
from targetexpr.lang.schema.model import Attribute
from targetexpr.syntax.parse import parse


class RowEditor:
    """Makes edits of rows of one version of a rule."""

    def __init__(self, document: Document, text: RuleText, today: date | None) -> None:
        self.document = document
        self.text = text
        self.today = today

    # ---- values

    def value(self, row: Row, place: int, typed: str, kind: ValueKind | None) -> tuple[Edit, ...]:
        """Something else in a box."""
        if not 0 <= place < len(row.values):
            raise ConditionError("There is no such value; the rule has changed meanwhile.")
        box = row.values[place]
        if typed == box.written and kind in (None, box.kind):
            return ()
        edits = typed_edits(box, typed, kind)
        self._check(row, edits)
        return edits

    def with_last_value(self, row: Row, typed: str) -> str:
        """The row as it is written, with another last value: one more of a list."""
        edits = typed_edits(row.values[-1], typed, None)
        self._check(row, edits)
        return self._applied(row.part.outer, edits)

    # ---- what is said

    def turned(self, row: Row) -> tuple[Edit, ...]:
        """The row turned round: another comparison where there is one, else its negation."""
        node = row.part.node
        if row.kind == "flag":
            return self.operator(row, "false" if row.operator == "true" else "true")
        if row.negated:
            return self.text.without_negation(row.part)
        if row.kind == "value":
            raise ConditionError("This is a value; choose what is said of it first.")
        if row.kind == "condition" and isinstance(node, Binary):
            return (Edit(self._symbol(node), COMPARISONS[node.operator].negated),)
        return self.text.negated(row.part)

    def operator(self, row: Row, wanted: str) -> tuple[Edit, ...]:
        """Something else is said of the subject."""
        subject = row.subject
        if subject is None:
            raise ConditionError("This row is edited as text; it has no operator.")
        if wanted == row.operator:
            return ()
        offer = offer_of(wanted, subject.key, self.document.schema, self.document.event)
        if offer is None:
            raise ConditionError(f"{wanted} cannot be said of {subject.label or 'this'}.")
        if row.kind == "constant":
            return (Edit(row.part.whole.span, wanted),)
        if row.kind == "flag" and offer.function is None:
            return self._flag(row, wanted == "true")
        edits = self._said(row, subject, offer, wanted)
        self._check(row, edits)
        return edits

    def _said(self, row: Row, subject: Subject, offer: OperatorOffer, wanted: str) -> tuple[Edit, ...]:
        before, after = _bare(row.operator), _bare(wanted)
        negated = wanted == NOT + after
        if after in ("true", "false"):  # of a flag that something else was said of
            flag = subject.span.cut(self.document.text)
            return (Edit(row.part.whole.span, flag if after == "true" else flag + NEGATED),)
        edits = self._core(row, subject, offer, after) if before != after else ()
        is_wrapped = row.part.whole is not row.part.node
        becomes_comparison = after in COMPARISONS and before not in COMPARISONS
        if row.kind != "flag" and negated is row.negated and not (is_wrapped and becomes_comparison):
            return edits
        if row.kind == "flag" or (negated and edits) or (is_wrapped and becomes_comparison):
            core = self._applied(row.part.node.span, edits)
            closed = f"({core})" if negated and after in COMPARISONS else core
            return (Edit(row.part.whole.span, closed + NEGATED if negated else core),)
        if negated:
            return self.text.negated(row.part)
        first, *rest = self.text.without_negation(row.part)
        return (first, *edits, *rest)

    def _flag(self, row: Row, truth: bool) -> tuple[Edit, ...]:
        return self.text.without_negation(row.part) if truth else self.text.negated(row.part)

    def _core(self, row: Row, subject: Subject, offer: OperatorOffer, after: str) -> tuple[Edit, ...]:
        """What is said, its negation left out."""
        node = row.part.node
        if offer.function is None:
            if isinstance(node, Binary):
                symbol = COMPARISONS[after].mirrored if self._is_mirrored(row, node) else after
                return (Edit(self._symbol(node), symbol),)
            return (Edit(Span(subject.span.end, node.end), after + self._compared_with(row, subject)),)
        call = self._call(row, subject, offer.function)
        if isinstance(node, MethodCall) and row.test is not None:
            if _same_parameters(row.test, offer.function, len(node.arguments)):
                return (Edit(node.name_span, offer.function.name),)
            return (Edit(Span(node.name_start, node.end), call),)
        if isinstance(node, Binary) and self._is_mirrored(row, node):
            return (Edit(node.span, f"{subject.span.cut(self.document.text)}.{call}"),)
        return (Edit(Span(subject.span.end, node.end), f".{call}"),)

    def _call(self, row: Row, subject: Subject, function: Function) -> str:
        """The call of a test, with the values of the row where they fit its parameters."""
        own = [value for value in row.values if value.span.start >= subject.span.end or self._is_before(row, value)]
        given: list[str] = []
        for parameter in simplest(function).parameters:
            value = own[len(given)] if len(given) < len(own) else None
            if value is None or not _fits(value, parameter):
                break
            given.append(value.span.cut(self.document.text))
        profile = self.document.schema.profiles.get(subject.text) if subject.kind == "profile" else None
        return default_call(function, profile, self.document.schema, given=given, today=self.today)

    @staticmethod
    def _is_before(row: Row, value: Value) -> bool:
        """Whether a value stands before the subject: `500<currentTxn.value`."""
        return row.subject is not None and value.span.end <= row.subject.span.start

    def _compared_with(self, row: Row, subject: Subject) -> str:
        """What a new comparison has on its right: a value of the row that fits, else something to begin with."""
        for value in row.values:
            is_literal = value.kind == subject.key and value.form in ("string", "number")
            if is_literal and value.span.start >= subject.span.end:
                return value.span.cut(self.document.text)
        return self._first_value(subject.key, subject.choices, subject.text)

    def _first_value(self, key: str, choices: tuple[str, ...], subject: str) -> str:
        match key:
            case "string":
                return string_text(choices[0] if choices else "")
            case "date":
                return self._other_date(subject)
            case "boolean":
                return "true"
            case _:
                return "0"

    def _other_date(self, subject: str) -> str:
        """A date to compare one with: dates have no literals."""
        for profile in self.document.schema.profiles.values():
            for one in members(profile, self.document.schema, self.document.event):
                path = f"{profile.name}.{one.name}"
                is_date = isinstance(one, Attribute) and one.type.kind == "date"
                if is_date and path != subject and self._analyzed(path, expect=False).ok:
                    return path
        raise ConditionError("There is no other date to compare with; use `is after` or `is before`.")

    def _symbol(self, node: Binary) -> Span:
        start, end = self.text.places.outer(node.left).end, self.text.places.outer(node.right).start
        token = next(one for one in self.text.places.gap(start, end) if one.kind == "COMPARE")
        return Span(token.start, token.end)

    def _is_mirrored(self, row: Row, node: Binary) -> bool:
        return row.subject is not None and row.subject.node is node.right

    # ---- what it is said of

    def subject(self, row: Row, path: str) -> tuple[Edit, ...]:
        """The same said of something else; where it cannot be, the row begins anew."""
        old = row.subject
        if old is not None and path.strip() == old.text:
            return ()
        written, kind = self._resolved(path)
        if old is not None and row.kind != "constant" and self._can_stay(row, old, kind):
            edits: tuple[Edit, ...] = (Edit(old.span, written),)
            if not self._errors(row, edits):
                return edits
        fresh = self._about(path, written, kind)
        return (Edit(row.part.whole.span, fresh),)

    @staticmethod
    def _can_stay(row: Row, old: Subject, kind: str) -> bool:
        """Whether what the row says can be said of another subject."""
        if row.kind == "flag":
            return kind == "boolean"
        if old.kind == "profile":
            return False
        return kind == old.key or (old.key == "formula" and kind == "number")

    def _resolved(self, path: str) -> tuple[str, str]:
        """A subject as it is written, a method with something for its arguments, and the kind of its value."""
        text = path.strip()
        for written in self._spellings(text):
            analysis = self._analyzed(written, expect=False)
            if analysis.ok and analysis.checked is not None and analysis.checked.type is not None:
                return written, kind_key(analysis.checked.type.kind)
        analysis = self._analyzed(text, expect=False)
        raise ConditionError(_said(analysis.check_diagnostics) or f"{text} is nothing that a condition can be about.")

    def _spellings(self, text: str) -> Iterator[str]:
        owner, _, name = text.rpartition(".")
        profile = self.document.schema.profiles.get(owner)
        if profile is not None and name in profile.methods and name not in profile.attributes:
            call = default_call(profile.methods[name].function, profile, self.document.schema, today=self.today)
            yield f"{owner}.{call}"
        elif owner and profile is None:
            checked = self._analyzed(owner, expect=False).checked
            type_ = None if checked is None else checked.type
            function = None if type_ is None else KIND_METHODS[type_.kind].get(name)
            if function is not None:
                yield f"{owner}.{default_call(function, None, self.document.schema, today=self.today)}"
        yield text

    def _about(self, path: str, written: str, kind: str) -> str:
        """A new condition about a subject."""
        match kind:
            case "boolean":
                return written
            case "date":
                after = KIND_METHODS["date"]["isAfter"]
                return f"{written}.{default_call(after, None, self.document.schema, today=self.today)}"
            case "number":
                return f"{written}>0"
            case "string":
                checked = self._analyzed(written, expect=False).checked
                target = None if checked is None else checked.targets.get(0)
                choices = target.values if isinstance(target, Attribute) else ()
                return f"{written}=={self._first_value('string', choices, path)}"
            case _:
                raise ConditionError(f"{path.strip()} has no value; choose one of its fields.")

    # ---- rows that are not there yet

    def new(self, new: NewRow) -> str:
        """A new row as it is written."""
        if new.text.strip():
            return self.checked_text(new.text)
        if not new.subject.strip():
            raise ConditionError("A new row needs a subject or a text.")
        return self._about(new.subject, *self._resolved(new.subject))

    def checked_text(self, text: str) -> str:
        """A text that is a condition. Raises ConditionError for one that is not."""
        analysis = self._analyzed(text, expect=True)
        if not analysis.ok:
            raise ConditionError(_said(analysis.check_diagnostics) or "This is not a condition.")
        return text.strip()

    @staticmethod
    def among_others(text: str) -> str:
        """A text as one of several: in parentheses where it would not hold together."""
        node = parse(text)
        loose = isinstance(node, Logical | Conditional) and (node.start, node.end) == (0, len(text))
        return f"({text})" if loose else text

    # ---- checking

    def _applied(self, span: Span, edits: Iterable[Edit]) -> str:
        """A part of the text with edits in it made."""
        parts: list[str] = []
        done = span.start
        for edit in sorted(edits, key=lambda one: one.span):
            parts += [self.document.text[done : edit.span.start], edit.text]
            done = edit.span.end
        return "".join([*parts, self.document.text[done : span.end]])

    def _check(self, row: Row, edits: Iterable[Edit]) -> None:
        """Raises ConditionError where the row would have an error that it did not have."""
        found = self._errors(row, edits)
        if found:
            raise ConditionError(_said(found))

    def _errors(self, row: Row, edits: Iterable[Edit]) -> list[Diagnostic]:
        span = row.part.outer
        after = self._analyzed(self._applied(span, edits), expect=True)
        if after.ok:
            return []
        before = {one.message for one in self._analyzed(span.cut(self.document.text), expect=True).check_diagnostics}
        return [one for one in after.check_diagnostics if one.is_error and one.message not in before]

    def _analyzed(self, text: str, *, expect: bool) -> Analysis:
        return analyze(text, replace(self.document.environment, expect="boolean" if expect else None))


def _bare(operator: str) -> str:
    return operator if operator == "!=" else operator.removeprefix(NOT)


def _said(found: Iterable[Diagnostic]) -> str:
    first = next((one for one in found if one.is_error), None)
    return "" if first is None else sentence(first.message, first.hint)


_OF_CHOICE: frozenset[Role] = frozenset(("value", "regex", "inventory-value", "custom-value", "cluster-value"))
"""What a parameter is for that takes any string."""


def _fits(value: Value, parameter: Parameter) -> bool:
    """Whether a value of a row can be given for a parameter as it is written."""
    role = "value" if value.parameter is None else value.parameter.role
    if value.form == "number" and value.written.startswith("-"):
        return False
    return value.form == parameter.type.kind and _alike(role, parameter.role)


def _alike(one: Role, other: Role) -> bool:
    return one == other or {one, other} <= _OF_CHOICE


def _same_parameters(one: Function, other: Function, count: int) -> bool:
    """Whether two tests can be given the same arguments."""
    sides = [
        next((over.parameters for over in function.overloads if over.accepts(count)), None) for function in (one, other)
    ]
    if sides[0] is None or sides[1] is None or len(sides[0]) != len(sides[1]):
        return False
    return all(p.type.kind == q.type.kind and _alike(p.role, q.role) for p, q in zip(*sides, strict=True))
