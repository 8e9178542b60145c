"""How much is read before the library says no: every entry point is safe on hostile input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes beyond which reading stops with a diagnostic of its own code. All are settable.

    They are checked in the order of the fields. Depth counts a leaf as 1, a node as one more than its deepest
    operand, and each pair of parentheses as one more; operator and dot chains count every link, an and/or list
    of any length is one level. Since printed text has parentheses where the tree needs them, a tree near the
    nesting limit may print to text that is past it: raise the limit to read it back.

    >>> Limits(nesting=1000).nodes
    100000
    """

    text: int = 1_048_576
    """Characters of rule text (`too-long`)."""
    json: int = 67_108_864
    """Characters of a JSON document read (`too-long`) or written (`too-large`)."""
    nesting: int = 200
    """Depth of a tree (`nesting-limit`)."""
    nodes: int = 100_000
    """Nodes of a tree (`too-many-nodes`)."""
    diagnostics: int = 100
    """Diagnostics reported for one text; what is cut is said in a last one (`too-many-problems`)."""
    cost: int | None = None
    """Steps that a rule can cost for one record, as `cost` estimates them (`too-costly`); None for any number."""


DEFAULT_LIMITS = Limits()

DATA_NESTING = 100
"""Levels of objects and lists in a record or a payload (`too-deep`). Trees as JSON nest deeper and have their own."""
