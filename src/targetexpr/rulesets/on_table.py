"""Many rules over a table: their counts in one pass."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from targetexpr.tables.verdicts import Verdict, Verdicts

if TYPE_CHECKING:
    from targetexpr.rule import Rule
    from targetexpr.tables.on import Table

AT_ONCE = 256
"""So many rules are put into one query: planning more of them together takes longer than it saves."""


class SetVerdicts:
    """What the rules of a set say about each row of a table. Made by `RuleSet.on`.

    Values that do not fit read null, as with `on_error="null"`.
    """

    def __init__(self, rules: Sequence[tuple[Hashable, Rule]], table: Table, *, rows: bool) -> None:
        self._verdicts: dict[Hashable, Verdicts[object, object]] = {
            id_: rule.on(table, rows=rows) for id_, rule in rules
        }

    @cached_property
    def _counts(self) -> dict[Hashable, dict[Verdict, int]]:
        found: dict[Hashable, dict[Verdict, int]] = {}
        ids = list(self._verdicts)
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            verdicts = [self._verdicts[id_] for id_ in some]
            found.update(zip(some, verdicts[0].counts_of_all(verdicts), strict=True))
        return found

    def counts(self) -> Mapping[Hashable, Mapping[Verdict, int]]:
        """By rule, how many rows have each verdict: of True, False and None."""
        return self._counts

    def __getitem__(self, id: Hashable) -> Verdicts[object, object]:
        """The verdicts of one rule: its column, its rows."""
        return self._verdicts[id]

    def __len__(self) -> int:
        return len(self._verdicts)
