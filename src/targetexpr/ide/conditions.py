"""A rule as rows: conditions of a subject, an operator and values, in groups of which all, or any, must hold.

The text is the truth: rows are read from it, and an edit of a row is an edit of its text (`condition_edits`). What no
row can say (`? :`, a comparison of conditions) is a row of kind "free", whose text is edited as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.checking.result import Call, Checked
from targetexpr.ide.condition_operators import NOT, OperatorKey, kind_key, label_of_test
from targetexpr.ide.condition_parts import Mode, Part, Places, parts_of
from targetexpr.ide.condition_values import Value, arguments_of, is_path, number_text, value_of
from targetexpr.ide.document import Document
from targetexpr.ide.labels import label, profile_words
from targetexpr.lang.functions import Function
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Dereference,
    Expr,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.operators import COMPARISONS
from targetexpr.lang.schema.model import Attribute, Profile
from targetexpr.lang.types import BOOLEAN

RowKind: TypeAlias = Literal["condition", "flag", "value", "constant", "free"]
"""A flag is a boolean attribute, a value one of another kind, of which nothing is said yet."""

SubjectKind: TypeAlias = Literal["attribute", "method", "profile", "formula", "constant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a condition is about."""

    text: str  # "currentTxn.value", "currentTxn.basketSum", "currentTxn.date.month"
    kind: SubjectKind
    label: str  # "Value"
    of: str = ""  # "transaction", the profile that it belongs to
    doc: str = ""
    span: Span
    type: str = ""  # "real"; empty where there is an error in it
    key: OperatorKey  # which operators go with it
    node: Expr
    choices: tuple[str, ...] = ()  # the documented values of an attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition."""

    kind: RowKind
    path: tuple[int, ...]
    span: Span  # its own parentheses left out
    text: str
    subject: Subject | None = None  # None for a free row
    operator: str = ""  # ">=", "contains", "!contains"; "true" or "false" of a flag
    negated: bool = False
    values: tuple[Value, ...] = ()
    test: Function | None = None  # what is called, for an operator that is a method
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a group says whose conditions differ in their last value alone: it is one of several, or none of them."""

    row: Row  # the first of them
    operator: str  # "in" for `==` of any, "not in" for `!=` of all, else the operator of each: "basketIncludes"
    label: str  # "is one of", "has an item with … one of"
    values: tuple[Value, ...]  # the last of each

    @property
    def subject(self) -> Subject:
        """What they are about."""
        assert self.row.subject is not None
        return self.row.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions of which all, or any, must hold."""

    mode: Mode
    path: tuple[int, ...]
    span: Span
    negated: bool = False
    items: tuple[Row | Group, ...]
    membership: Membership | None = None
    part: Part


def conditions(document: Document) -> Group | None:
    """The rows of a rule; None for a text that is none. A rule of one condition is a group of one row.

    >>> rule = conditions(Document('currentTxn.value>=500&&currentCustomer.email.contains(".com")==false'))
    >>> rule.mode, [(row.subject.text, row.operator, [value.written for value in row.values]) for row in rule.items]
    ('all', [('currentTxn.value', '>=', ['500']), ('currentCustomer.email', '!contains', ['.com'])])
    """
    whole = parts_of(document)
    checked = document.analysis.checked
    if whole is None or checked is None:
        return None
    reader = _RowReader(document.text, checked, Places(document.tokens))
    # Not recursive: a rule may be nested as deeply as the limits let it.
    done: list[Row | Group] = []
    waiting: list[tuple[Part, tuple[int, ...], bool]] = [(whole, (), False)]
    while waiting:
        part, path, ready = waiting.pop()
        if part.mode is None:
            done.append(reader.row(part, path))
        elif not ready:
            waiting.append((part, path, True))
            waiting.extend((part.parts[at], (*path, at), False) for at in range(len(part.parts) - 1, -1, -1))
        else:
            items = tuple(done[len(done) - len(part.parts) :])
            del done[len(done) - len(part.parts) :]
            done.append(_group(part, path, items))
    made = done[0]
    assert isinstance(made, Group)
    return made


def _group(part: Part, path: tuple[int, ...], items: tuple[Row | Group, ...]) -> Group:
    assert part.mode is not None
    return Group(
        mode=part.mode,
        path=path,
        span=part.whole.span,
        negated=part.negated,
        items=items,
        membership=membership(part.mode, items),
        part=part,
    )


def rows(item: Row | Group) -> Iterator[Row]:
    """All rows, in the order of the text."""
    waiting: list[Row | Group] = [item]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Row):
            yield one
        else:
            waiting.extend(reversed(one.items))


def item_at(group: Group, path: tuple[int, ...]) -> Row | Group | None:
    """The row or group at a path; None where there is none."""
    item: Row | Group = group
    for place in path:
        if not isinstance(item, Group) or not 0 <= place < len(item.items):
            return None
        item = item.items[place]
    return item


def membership(mode: Mode, items: tuple[Row | Group, ...]) -> Membership | None:
    """What `a=="x"||a=="y"` and `a!="x"&&a!="y"` say together; None for rows that are no such list."""
    first = items[0]
    if len(items) < 2 or not isinstance(first, Row) or first.subject is None or not first.values:
        return None
    said = _membership_words(mode, first)
    if said is None:
        return None
    written = [value.written for value in first.values[:-1]]
    kind = first.values[-1].kind
    values: list[Value] = []
    for one in items:
        if not isinstance(one, Row) or one.subject is None or one.operator != first.operator:
            return None
        if one.subject.text != first.subject.text or len(one.values) != len(first.values):
            return None
        *others, value = one.values
        if value.kind != kind or [other.written for other in others] != written:
            return None
        values.append(value)
    return Membership(row=first, operator=said[0], label=said[1], values=tuple(values))


def _membership_words(mode: Mode, row: Row) -> tuple[str, str] | None:
    """The operator that conditions like this one are together, and its label; None where they are no list."""
    if row.values[-1].form not in ("string", "number") or row.part.whole is not row.part.node:
        return None
    match mode, row.operator:
        case "any", "==":
            return "in", "is one of"
        case "all", "!=":
            return "not in", "is none of"
        case _, operator if operator in COMPARISONS or row.kind != "condition" or row.test is None:
            return None
        case _:
            said = label_of_test(row.test)
            is_negative = bool({"no", "not"} & set(said.split()))
            if is_negative is not (mode == "all"):
                return None
            return row.operator, f"{said.removesuffix('…').rstrip()} … {'any' if is_negative else 'one'} of"


class _RowReader:
    """Reads rows from the nodes of one checked rule."""

    def __init__(self, text: str, checked: Checked, places: Places) -> None:
        self._text = text
        self._checked = checked
        self._places = places

    def row(self, part: Part, path: tuple[int, ...]) -> Row:
        """The row of a condition."""
        span = part.whole.span
        found = self._condition(part.node, part.negated)
        if found is None:
            return Row(kind="free", path=path, span=span, text=span.cut(self._text), negated=part.negated, part=part)
        kind, subject, operator, values = found
        call = self._call(part.node) if kind == "condition" else None
        return Row(
            kind=kind,
            path=path,
            span=span,
            text=span.cut(self._text),
            subject=subject,
            operator=operator,
            negated=part.negated,
            values=values,
            test=None if call is None else call.function,
            part=part,
        )

    def _condition(self, node: Expr, negated: bool) -> tuple[RowKind, Subject, str, tuple[Value, ...]] | None:
        match node:
            case Binary(operator=symbol, left=left, right=right) if symbol in COMPARISONS:
                operator: str = symbol
                if is_literal(left) and not is_literal(right):
                    operator, left, right = COMPARISONS[operator].mirrored, right, left
                if self._kind(left) == "boolean" and not is_path(left):
                    return None  # a comparison of conditions
                subject, arguments = self._subject(left)
                other = value_of(right, self._text, self._places, known=subject.choices)
                return "condition", subject, NOT + operator if negated else operator, (*arguments, other)
            case MethodCall() if (call := self._call(node)) is not None and call.function.result == BOOLEAN:
                subject, arguments = self._subject(node.operand)
                own = arguments_of(
                    node, call, self._profile(node.operand), self._text, self._places, self._checked.schema
                )
                return "condition", subject, NOT + node.name if negated else node.name, (*arguments, *own)
            case Dereference() | MethodCall() if _has_profile(node):
                subject, arguments = self._subject(node)
                subject = replace(subject, span=node.span)
                if subject.key != "boolean":
                    return "value", subject, "", arguments
                return "flag", subject, "false" if negated else "true", arguments
            case BooleanLiteral(value=truth):
                subject = Subject(
                    text="", kind="constant", label="", span=node.span, type="boolean", key="constant", node=node
                )
                return "constant", subject, "true" if truth is not negated else "false", ()
            case Binary() | Unary() | NumberLiteral() if self._kind(node) == "number":
                return "value", replace(self._subject(node)[0], span=node.span), "", ()
            case _:
                return None

    def _kind(self, node: Expr) -> str | None:
        found = self._checked.type_of(node)
        return None if found is None else found.kind

    def _call(self, node: Expr) -> Call | None:
        target = self._checked.target_of(node)
        return target if isinstance(target, Call) else None

    def _profile(self, node: Expr) -> Profile | None:
        return self._checked.schema.profiles.get(node.name) if isinstance(node, Name) else None

    def _subject(self, node: Expr) -> tuple[Subject, tuple[Value, ...]]:
        """What a condition is about, and the boxes of the arguments in it."""
        type_ = self._checked.type_of(node)
        head = "" if type_ is None else type_.head
        span = self._places.outer(node)
        if isinstance(node, Name):
            profile = self._profile(node)
            called = label(profile_words(node.name))
            doc = "" if profile is None else profile.doc
            return Subject(
                text=node.name, kind="profile", label=called, doc=doc, span=span, type=head, key=node.name, node=node
            ), ()
        key = kind_key(None if type_ is None else type_.kind)
        steps = _steps(node)
        if steps is None:
            text = span.cut(self._text)
            return Subject(text=text, kind="formula", label=text, span=span, type=head, key="formula", node=node), ()
        base, *rest = steps
        assert isinstance(base, Name)
        arguments: list[Value] = []
        names: list[str] = []
        doc = ""
        known: tuple[str, ...] = ()
        for step in rest:
            assert isinstance(step, Dereference | MethodCall)
            names.append(step.name)
            target = self._checked.target_of(step)
            if isinstance(target, Attribute):
                doc, known = target.doc, target.values
            elif isinstance(target, Call):
                doc, known = target.function.doc, ()
                if isinstance(step, MethodCall):
                    profile = self._profile(step.operand)
                    arguments += arguments_of(step, target, profile, self._text, self._places, self._checked.schema)
        subject = Subject(
            text=".".join((base.name, *names)),
            kind="attribute" if is_path(node) else "method",
            label=", ".join(label(name) for name in names),
            of=profile_words(base.name),
            doc=doc,
            span=span,
            type=head,
            key=key,
            node=node,
            choices=known,
        )
        return subject, tuple(arguments)


def is_literal(node: Expr) -> bool:
    """Whether a node is written out: a string, a boolean, or a number with its sign."""
    return isinstance(node, StringLiteral | BooleanLiteral | NumberLiteral) or number_text(node) is not None


def _steps(node: Expr) -> list[Expr] | None:
    """A chain of attributes and calls from its profile on; None for what does not begin with one."""
    found: list[Expr] = [node]
    while isinstance(node, Dereference | MethodCall):
        node = node.operand
        found.append(node)
    return found[::-1] if isinstance(node, Name) else None


def _has_profile(node: Expr) -> bool:
    return _steps(node) is not None
