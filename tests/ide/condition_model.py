"""What changes of rows mean, without any text: the test's own truth, on trees of groups and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from targetexpr.ide.condition_changes import (
    Add,
    AddGroup,
    Change,
    Move,
    Negate,
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
from targetexpr.ide.conditions import Group, Row, conditions
from targetexpr.ide.document import Document
from targetexpr.lang.operators import COMPARISONS


@dataclass(eq=False)
class Leaf:
    """A row: how it is written, and what it says."""

    text: str
    said: tuple[object, ...]
    is_changed: bool = False  # whether its text may differ

    @property
    def shape(self) -> object:
        return self.said if self.is_changed else (*self.said, self.text)


@dataclass(eq=False)
class Branch:
    """A group."""

    mode: str
    negated: bool
    items: list[Node] = field(default_factory=list)


Node: TypeAlias = Leaf | Branch


def model_of(text: str) -> Branch:
    found = conditions(Document(text))
    assert found is not None, text
    made = _node(found)
    assert isinstance(made, Branch)
    return made


def _node(item: Row | Group) -> Node:
    if isinstance(item, Group):
        return Branch(item.mode, item.negated, [_node(one) for one in item.items])
    values = tuple((value.kind, value.written) for value in item.values)
    subject = None if item.subject is None else item.subject.text
    text = item.part.node.span.cut(item_text(item))
    free = "".join(text.split()) if subject is None else ""
    return Leaf(text=text, said=(item.kind, subject, item.operator, item.negated, values, free))


def item_text(item: Row) -> str:
    """The text of the rule that a row is of, as far as it goes."""
    return " " * item.span.start + item.text


def shape(node: Node, like: Node | None = None) -> object:
    """What can be compared. Texts of rows are left out where they are in the other tree."""
    if isinstance(node, Leaf):
        is_changed = node.is_changed or (isinstance(like, Leaf) and like.is_changed)
        return node.said if is_changed else (*node.said, node.text)
    pairs = like.items if isinstance(like, Branch) else []
    others = [*pairs, *[None] * (len(node.items) - len(pairs))]
    inside = [shape(one, other) for one, other in zip(node.items, others, strict=False)]
    return (node.mode if len(node.items) > 1 else "", node.negated, inside)


# ---- changes -------------------------------------------------------------------------------------------------------


def at(root: Branch, path: tuple[int, ...]) -> Node:
    node: Node = root
    for place in path:
        assert isinstance(node, Branch)
        node = node.items[place]
    return node


def branch(root: Branch, path: tuple[int, ...]) -> Branch:
    node = at(root, path)
    assert isinstance(node, Branch)
    return node


def changed(text: str, change: Change, more: Leaf | None = None) -> Branch:
    """The tree of a rule after a change of its structure; `more` is the row that comes new."""
    root = model_of(text)
    match change:
        case Remove(path=path):
            while len(branch(root, path[:-1]).items) == 1:
                path = path[:-1]
            branch(root, path[:-1]).items.pop(path[-1])
        case Move(path=path, to=to, index=index):
            node, source, target = at(root, path), branch(root, path[:-1]), branch(root, to)
            if source is target:
                source.items.remove(node)
                source.items.insert(index - (index > path[-1]), node)
            else:
                gone = node
                while len(source.items) == 1:
                    path = path[:-1]
                    gone, source = source, branch(root, path[:-1])
                target.items.insert(index, node)
                source.items.remove(gone)
        case SetMode(path=path, mode=mode):
            branch(root, path).mode = mode
        case Negate(path=path):
            node = at(root, path)
            while isinstance(node, Branch) and len(node.items) == 1 and not node.negated:
                node = node.items[0]
            if isinstance(node, Branch):
                node.negated = not node.negated
            else:
                _turn(node)
        case Add(path=path, index=index, mode=mode):
            assert more is not None
            group = branch(root, path)
            if len(group.items) == 1:
                group.mode = mode or "all"
            group.items.insert(len(group.items) if index is None else index, more)
        case Wrap(path=path, mode=mode):
            assert more is not None
            if not path:
                root = Branch(mode, False, [root, more])
            else:
                around = branch(root, path[:-1])
                around.items[path[-1]] = Branch(mode, False, [around.items[path[-1]], more])
        case Unwrap(path=path):
            around, group = branch(root, path[:-1]), branch(root, path)
            around.items[path[-1] : path[-1] + 1] = group.items
        case AddGroup() | SetValue() | SetOperator() | SetSubject() | SetText() | SetList():
            raise NotImplementedError
        case _:
            assert_never(change)
    made = settled(root)
    return made if isinstance(made, Branch) else Branch("all", False, [made])


def _turn(leaf: Leaf) -> None:
    """A row turned round; its text is another then."""
    kind, subject, operator, negated, values, free = leaf.said
    assert isinstance(operator, str)
    if kind in ("flag", "constant"):
        operator = "false" if operator == "true" else "true"
        negated = not negated and kind == "flag"  # another literal is written
    elif kind == "condition" and operator in COMPARISONS:
        operator, leaf.is_changed = COMPARISONS[operator].negated, True
    elif kind == "condition":
        operator, negated = operator.removeprefix("!") if negated else f"!{operator}", not negated
    else:
        negated = not negated
    leaf.said = (kind, subject, operator, negated, values, free)
    leaf.is_changed = leaf.is_changed or kind == "constant"


def settled(node: Node) -> Node:
    """What a text can say of a tree: a group of one is its row, a group at the end of one like it is part of that."""
    if isinstance(node, Leaf):
        return node
    items = [settled(one) for one in node.items]
    while isinstance(items[-1], Branch) and len(items) > 1:
        last = items[-1]
        if last.negated or last.mode != node.mode or len(last.items) == 1:
            break
        items[-1:] = last.items
    if len(items) > 1:
        return Branch(node.mode, node.negated, items)
    (only,) = items
    if not node.negated:
        return only
    if isinstance(only, Branch) and not only.negated:
        return Branch(only.mode, True, only.items)
    if isinstance(only, Leaf) and not only.said[3]:
        _negate(only)
        return only
    return Branch("all", True, [only])


def _negate(leaf: Leaf) -> None:
    """A row with a negation before it."""
    kind, subject, operator, _, values, free = leaf.said
    if kind in ("flag", "constant"):
        operator = "false" if operator == "true" else "true"
    elif kind == "condition":
        operator = f"!{operator}"
    leaf.said = (kind, subject, operator, True, values, free)
