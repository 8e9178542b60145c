"""The terms of and/or lists: repeated, implied or excluded by others."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.messages import Message
from targetexpr.checking.lint.bounds import Limits, bound_of, describe_bound, related, remember
from targetexpr.checking.lint.constants import nullness
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import MOST_REWRITTEN, Tree
from targetexpr.checking.state import describe
from targetexpr.lang.nodes import Expr, Logical
from targetexpr.lang.operators import COMPARISONS

CONTRADICTION = warning(
    "contradiction",
    "This and {other} are never true together: both are about {subject}.",
    hint="If one of them is enough, write `||`.",
)
COVERS_ALL = warning(
    "always-true",
    "Whatever {subject} is, this or {other} is true: together they are always true.",
    hint="If both must be true, write `&&`.",
)
COVERS_ALL_BUT_NULL = warning(
    "always-true",
    f"{COVERS_ALL.text[:-1]} (or unknown, where data is missing).",
    hint=COVERS_ALL.hint,
)
IMPLIED = warning("implied", "This adds nothing: it is true whenever {other} is.", fix="Remove it")
IMPLIED_IN_OR = warning("implied", "This adds nothing: {other} is true whenever it is.", fix="Remove it")


@rule(
    *(CONTRADICTION, COVERS_ALL, COVERS_ALL_BUT_NULL, IMPLIED, IMPLIED_IN_OR),
    reason="Two bounds on the same value that exclude each other, or of which one says it all, are mostly a mistake in "
    "a number or operator.",
)
def overlaps(tree: Tree) -> Iterator[Diagnostic]:
    """Terms of a list about one thing: those that exclude each other, and those that others make needless.

    An or-list is looked at by what it excludes: `a||b` cannot fail where `!a&&!b` cannot hold.
    """
    for place, node, terms in _lists(tree):
        limits_of: dict[int, Limits] = {}
        repeated = set(_repeated(tree, terms))
        reported: set[int] = set()
        for index, term in enumerate(terms):
            found = bound_of(term, index)
            if found is None or index in repeated:
                continue
            subject, bound = found
            if node.operator == "||":
                bound = bound._replace(operator=COMPARISONS[bound.operator].negated)
            limits = limits_of.setdefault(tree.shape(subject), Limits())
            for relation, other in related(limits, bound):
                if relation == "excluded":
                    message = CONTRADICTION if node.operator == "&&" else _covers_all(subject)
                    if message is not None:
                        yield message.at(term.span, subject=describe(subject), other=describe_bound(other))
                    break
                needless = index if relation == "implied" else other.at
                if needless in reported:
                    continue
                reported.add(needless)
                stays = other if relation == "implied" else bound
                message = IMPLIED if node.operator == "&&" else IMPLIED_IN_OR
                edits = _without(tree, place, node, terms, needless)
                yield message.at(terms[needless].span, edits=edits, other=describe_bound(stays))
                break
            remember(limits, bound)


def _covers_all(subject: Expr) -> Message | None:
    """What is true of `a||!a`: nothing where `a` is always null, for then the list is null as well."""
    match nullness(subject):
        case "never":
            return COVERS_ALL
        case "always":
            return None
        case "sometimes":
            return COVERS_ALL_BUT_NULL


DUPLICATE_TERM = warning("duplicate-term", "This is already in the `{operator}` list.", fix="Remove it")


@rule(DUPLICATE_TERM, reason="Saying the same twice mostly means that something else was meant.")
def duplicate_terms(tree: Tree) -> Iterator[Diagnostic]:
    """A term of an and/or list that stands in it already."""
    for place, node, terms in _lists(tree):
        for index in _repeated(tree, terms):
            edits = _without(tree, place, node, terms, index)
            yield DUPLICATE_TERM.at(terms[index].span, edits=edits, operator=node.operator)


def _lists(tree: Tree) -> Iterator[tuple[int, Logical, list[Expr]]]:
    """The and/or lists, lists of the same operator at their front joined to them."""
    for place, node in tree.each(Logical):
        parent = tree.parent(place)
        if isinstance(parent, Logical) and parent.operator == node.operator:
            continue
        terms: list[Expr] = []
        waiting: list[Expr] = [node]
        while waiting:
            term = waiting.pop()
            if isinstance(term, Logical) and term.operator == node.operator:
                waiting.extend(reversed(term.terms))
            else:
                terms.append(term)
        yield place, node, terms


def _repeated(tree: Tree, terms: list[Expr]) -> Iterator[int]:
    seen: set[int] = set()
    for index, term in enumerate(terms):
        shape = tree.shape(term)
        if shape in seen:
            yield index
        seen.add(shape)


def _without(tree: Tree, place: int, node: Logical, terms: list[Expr], index: int) -> tuple[Edit, ...]:
    """The edits that leave one term out."""
    if len(terms) > MOST_REWRITTEN:
        return ()
    rest = terms[:index] + terms[index + 1 :]
    by = rest[0] if len(rest) == 1 else Logical(operator=node.operator, terms=tuple(rest))
    return tree.rewrite(place, by)
