"""Changes of rows as edits of the rule's text: the part that is changed is written anew, everything else stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import assert_never

from targetexpr.base.diagnostics import Edit
from targetexpr.base.source import Span
from targetexpr.ide.condition_changes import (
    Add,
    AddGroup,
    Change,
    ConditionError,
    Move,
    Negate,
    NewRow,
    Path,
    Remove,
    SetList,
    SetMode,
    SetOperator,
    SetSubject,
    SetText,
    SetValue,
    Unwrap,
    Wrap,
)
from targetexpr.ide.condition_parts import Mode, Part, Places
from targetexpr.ide.condition_rows import RowEditor
from targetexpr.ide.condition_text import RuleText
from targetexpr.ide.conditions import Group, Row, conditions, item_at
from targetexpr.ide.document import Document


def edit_conditions(document: Document, change: Change, *, today: date | None = None) -> tuple[Edit, ...]:
    """The edits of the text that make a change of its rows; none where nothing changes.

    `today` is the date that new conditions about dates begin with. Raises ConditionError, whose message says what is
    wrong: a path that leads nowhere, a value that cannot be meant, a text that is no rule.

    >>> from targetexpr.ide.code_actions import Document
    >>> rule = Document('currentTxn.value > 500 && currentCustomer.slabName=="Gold"')
    >>> edit_conditions(rule, SetValue(path=(1,), place=0, typed="Silver"))
    (Edit(span=Span(start=53, end=57), text='Silver'),)
    >>> edit_conditions(rule, Remove(path=(0,)))
    (Edit(span=Span(start=0, end=26), text=''),)
    >>> edit_conditions(Document(""), Add(path=(), new=NewRow(subject="currentCustomer.isLoyal")))
    (Edit(span=Span(start=0, end=0), text='currentCustomer.isLoyal'),)
    """
    found = conditions(document)
    if found is None and isinstance(change, Add) and not document.text.strip():
        return (Edit(Span(0, len(document.text)), _first(document, change.new, today)),)
    if found is None:
        raise ConditionError("The text is not a rule; correct it before its rows are edited.")
    editor = _Editor(document, found, today)
    return _tidied(document.text, editor.edits(change))


def _first(document: Document, new: NewRow, today: date | None) -> str:
    """The rule that a new row alone is."""
    any_rule = Document("true", document.environment)
    root = conditions(any_rule)
    assert root is not None
    return _Editor(any_rule, root, today).rows.new(new)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made.

    >>> edited("a&&b", [Edit(Span(1, 3), "||")])
    'a||b'
    """
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += [text[done : edit.span.start], edit.text]
        done = edit.span.end
    return "".join([*parts, text[done:]])


def _tidied(text: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits in their order, each as short as it can be; those at one place keep the order that they were made in."""
    ordered = sorted((_shortened(text, edit) for edit in edits), key=lambda edit: edit.span)
    return tuple(edit for edit in ordered if edit.text or edit.span.start < edit.span.end)


def _shortened(text: str, edit: Edit) -> Edit:
    start, end = edit.span
    old, new = edit.span.cut(text), edit.text
    most = min(len(old), len(new))
    same = next((at for at in range(most) if old[at] != new[at]), most)
    behind = next((at for at in range(most - same) if old[-1 - at] != new[-1 - at]), most - same)
    return Edit(Span(start + same, end - behind), new[same : len(new) - behind])


class _Editor:
    """Makes edits of one version of a rule."""

    def __init__(self, document: Document, root: Group, today: date | None) -> None:
        self.document = document
        self.root = root
        self.text = RuleText(document.text, root.part, Places(document.tokens))
        self.rows = RowEditor(document, self.text, today)

    def edits(self, change: Change) -> tuple[Edit, ...]:
        """The edits that a change is."""
        match change:
            case SetValue(path=path, place=place, typed=typed, kind=kind):
                return self.rows.value(self._row(path), place, typed, kind)
            case SetOperator(path=path, operator=operator):
                return self.rows.operator(self._row(path), operator)
            case SetSubject(path=path, subject=subject):
                return self.rows.subject(self._row(path), subject)
            case SetText(path=path, text=text):
                return self._rewritten(path, text)
            case SetList(path=path, typed=typed):
                return self._list(self._group(path), typed)
            case Add(path=path, new=new, index=index, mode=mode):
                return self._added(self._group(path), self._new(new), index, mode)
            case AddGroup(path=path, mode=mode, first=first, second=second, index=index):
                joint = self.text.joint(self.root.part).written(mode)
                group = self._group(path)
                return self._added(group, f"({self._new(first)}{joint}{self._new(second)})", index, None)
            case Remove(path=path):
                return self._removed(path)
            case Move(path=path, to=to, index=index):
                return self._moved(path, to, index)
            case SetMode(path=path, mode=mode):
                return self._mode(path, mode)
            case Negate(path=path):
                return self._negated(path)
            case Wrap(path=path, mode=mode, new=new):
                return self._wrapped(path, mode, self._new(new))
            case Unwrap(path=path):
                return self._unwrapped(path)
            case _:
                assert_never(change)

    # ---- looking up

    def _item(self, path: Path) -> Row | Group:
        item = item_at(self.root, path)
        if item is None:
            raise ConditionError("There is no such row; the rule has changed meanwhile.")
        return item

    def _row(self, path: Path) -> Row:
        item = self._item(path)
        if not isinstance(item, Row):
            raise ConditionError("This is a group; its rows have values, subjects and operators.")
        return item

    def _group(self, path: Path) -> Group:
        item = self._item(path)
        if not isinstance(item, Group):
            raise ConditionError("This is a row; rows are added to groups.")
        return item

    def _around(self, path: Path) -> Part:
        """The group that something is in."""
        return self._group(path[:-1]).part

    def _new(self, new: NewRow) -> str:
        """A new row as it is written among others."""
        return self.rows.among_others(self.rows.new(new))

    # ---- rows and groups

    def _rewritten(self, path: Path, text: str) -> tuple[Edit, ...]:
        part = self._row(path).part
        written = self.rows.checked_text(text)
        around = self._around(path)
        if not self.text.has_parentheses(part) and not (around.is_single and around.node is around.whole):
            written = self.rows.among_others(written)
        return (Edit(part.whole.span, written),)

    def _added(self, group: Group, text: str, index: int | None, mode: Mode | None) -> tuple[Edit, ...]:
        last = len(group.part.parts)
        return self.text.inserted(group.part, last if index is None else max(0, min(index, last)), text, mode)

    def _removed(self, path: Path) -> tuple[Edit, ...]:
        self._item(path)
        gone = self._all_that_goes(path)
        return self.text.removed(self._around(gone), gone[-1])

    def _all_that_goes(self, path: Path) -> Path:
        """What is taken out with something: the groups of one around it as well."""
        while path and len(self._around(path).parts) == 1:
            path = path[:-1]
        if not path:
            raise ConditionError("A rule needs at least one condition; change this one instead.")
        return path

    def _moved(self, path: Path, to: Path, index: int) -> tuple[Edit, ...]:
        part, group = self._item(path).part, self._group(to).part
        if to[: len(path)] == path:
            raise ConditionError("A group cannot be moved into itself.")
        index = max(0, min(index, len(group.parts)))
        if to == path[:-1]:
            return self._reordered(group, path[-1], index)
        written = self.text.written(part)
        gone = self._all_that_goes(path)
        if to != gone[:-1]:
            return (*self._removed(gone), *self.text.inserted(group, index, written, None))
        if index in (gone[-1], gone[-1] + 1):  # out of a group of one, to where that was
            return (Edit(group.parts[gone[-1]].outer, written),)
        return (self.text.cut(group, gone[-1]), *self.text.inserted(group, index, written, None))

    def _reordered(self, group: Part, source: int, target: int) -> tuple[Edit, ...]:
        """A part goes to another place of its group."""
        if target in (source, source + 1):
            return ()
        if not self._is_uneven(group):
            assert group.mode is not None
            moved = group.parts[source].outer.cut(self.document.text)
            return (self.text.cut(group, source), *self.text.inserted(group, target, moved, None))
        # Parentheses that mean nothing stay where they are: the parts change places.
        order = list(range(len(group.parts)))
        order.insert(target - (target > source), order.pop(source))
        return tuple(
            Edit(group.parts[place].outer, group.parts[at].outer.cut(self.document.text))
            for place, at in enumerate(order)
            if place != at
        )

    def _mode(self, path: Path, mode: Mode) -> tuple[Edit, ...]:
        group = self._group(path).part
        if group.mode == mode or group.is_single:
            return ()
        edits = list(self.text.joined_by(group, mode))
        if path and self.text.is_loose(group):
            edits = [*self.text.in_parentheses(group)[:1], *edits, *self.text.in_parentheses(group)[1:]]
        return tuple(edits)

    def _negated(self, path: Path) -> tuple[Edit, ...]:
        item = self._item(path)
        if isinstance(item, Row):
            return self.rows.turned(item)
        part = item.part
        if part.is_single and not part.negated:
            return self._negated((*path, 0))
        return self.text.without_negation(part) if part.negated else self.text.negated(part)

    def _wrapped(self, path: Path, mode: Mode, text: str) -> tuple[Edit, ...]:
        part = self._item(path).part
        joint = self.text.joint(self.root.part).written(mode)
        if not path and part.is_single and not part.negated:
            return self.text.inserted(part, 1, text, mode)
        is_alone = not path or self._is_alone(path)
        opened = "(" * (self.text.is_loose(part) + (not is_alone))
        closed = ")" if self.text.is_loose(part) else ""
        start, end = part.outer
        return (
            Edit(Span(start, start), opened),
            Edit(Span(end, end), f"{closed}{joint}{text}{'' if is_alone else ')'}"),
        )

    def _is_alone(self, path: Path) -> bool:
        """Whether something is all of the rule."""
        around = self._around(path)
        return len(path) == 1 and around.is_single and not around.negated

    def _unwrapped(self, path: Path) -> tuple[Edit, ...]:
        group = self._group(path).part
        if not path:
            raise ConditionError("There is no group around this one.")
        around = self._around(path)
        if group.negated:
            raise ConditionError("A group that is turned round cannot be taken apart; turn it back first.")
        if around.is_single:
            raise ConditionError("There is no group around this one that its rows could go to.")
        assert around.mode is not None
        edits = [] if group.mode == around.mode or group.is_single else list(self.text.joined_by(group, around.mode))
        if self.text.has_parentheses(group) and group.node is group.whole:
            first, last = self.text.without_parentheses(group)
            edits = [first, *edits, last]
        return tuple(edits)

    # ---- lists

    def _list(self, group: Group, typed: tuple[str, ...]) -> tuple[Edit, ...]:
        """The conditions of values that are gone are taken out, those of new ones are put behind the others."""
        if group.membership is None:
            raise ConditionError("This group is not a list of values; edit its rows.")
        wanted = dict.fromkeys(typed)
        if not wanted:
            raise ConditionError("A list needs at least one value.")
        part = group.part
        kept: list[int] = []
        for place, value in enumerate(group.membership.values):
            if value.written in wanted:
                kept.append(place)
                wanted.pop(value.written)
        terms = [part.parts[place].outer.cut(self.document.text) for place in kept]
        template = group.membership.row
        more = [self.rows.with_last_value(template, value) for value in wanted]
        assert part.mode is not None
        if not kept or self._is_uneven(part):
            operator = self.text.joint(part).written(part.mode)
            return (Edit(Span(part.parts[0].outer.start, self._end(part)), operator.join([*terms, *more])),)
        gone = sorted(set(range(len(part.parts))).difference(kept))
        operator = self.text.joint(part).written(part.mode)
        edits = [self._cut_from_list(part, place, kept[0]) for place in gone]
        end = part.parts[-1].outer.end
        return (*edits, Edit(Span(end, end), "".join(operator + one for one in more)))

    def _cut_from_list(self, part: Part, place: int, first: int) -> Edit:
        if place < first:
            return Edit(Span(part.parts[place].outer.start, part.parts[place + 1].outer.start), "")
        return Edit(Span(part.parts[place - 1].outer.end, part.parts[place].outer.end), "")

    def _is_uneven(self, part: Part) -> bool:
        """Whether there are parentheses between parts, which mean nothing."""
        return part.node.end != part.parts[-1].outer.end

    @staticmethod
    def _end(part: Part) -> int:
        return max(part.node.end, part.parts[-1].outer.end)
