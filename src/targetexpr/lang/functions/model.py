"""What a function declaration says: overloads, parameters, result, meaning, phrases, habits, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from targetexpr.lang.types import Type

Role: TypeAlias = Literal[
    "value",  # nothing special
    "ignored",  # a stray argument the documents show and give no meaning
    "regex",  # a literal in RE2 syntax
    "bounds",  # a literal "100,400,600", strictly ascending
    "number-text",  # a number in quotes
    "date-text",  # a date in quotes
    "count",  # a whole number, not negative
    "year",
    "month",
    "day",
    "hour",  # 0-23
    "end-hour",  # 0-24, the end of a window
    "minute",
    "second",
    "inventory-attribute",
    "inventory-value",  # depends on the inventory attribute before it
    "custom-field",
    "custom-value",  # depends on the custom field before it
    "cluster",
    "cluster-value",  # depends on the cluster before it
    "registration-entity",
    "registration-code",  # depends on the entity before it
    "profile-source",
    "profile-account",  # depends on the source before it
]
"""What an argument is for; the checker looks at literals accordingly."""

Limits: TypeAlias = tuple[int, int | None]
"""Least and greatest number, both included; None: there is no greatest."""

ROLE_LIMITS: Mapping[Role, Limits] = {
    "year": (1, 9999),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "end-hour": (0, 24),
    "minute": (0, 59),
    "second": (0, 59),
    "count": (0, None),
}
"""The whole numbers that an argument can be, by its role."""

Receiver: TypeAlias = Literal[
    "string", "number", "date", "boolean", "value", "bill", "item", "fields", "clusters", "profile"
]
"""What a function is called on: a value of a kind (`value` is any kind), or a profile that holds line items
(`bill`), is one (`item`), has custom fields (`fields`) or clusters; `profile` when a schema declares it."""

_VALUES = frozenset(("string", "number", "date", "boolean", "value"))

CONTEXT = "context"
"""The meaning of a method whose result is part of the data instead of being computed here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter:
    """One argument: what may be given for it."""

    name: str  # "inventoryAttribute"
    type: Type
    role: Role = "value"
    values: tuple[str, ...] = ()  # the documented values, () when any value goes
    closed: bool = False  # whether a value outside `values` is an error, else it is a warning
    also: Mapping[str, str] | None = None  # accepted spellings -> the preferred one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TestPhrase:
    """How an explanation words a test: `currentCustomer.email is "ann@shop.com", which contains "shop"`.

    The strings are formats: `{0}`, `{1}` are the values of the arguments, `{receiver}` or `{profile}` is what the
    function is called on; of the first argument `{argument}` is what is written, `{name}` the value without quotes;
    `{moment}` are all arguments as one date, `{condition}` field, operator and number of the `...If` methods.
    """

    holds: str  # "contains {0}"
    fails: str  # "does not contain {0}"
    must: str  # "contain {0}"
    must_not: str  # "not contain {0}"
    subject: str = "{receiver}"  # what the test is about: "custom field {0} of {profile}"
    joint: str | None = ", which "  # between the value that was found and the phrase; None: the value says enough

    def opposite(self) -> TestPhrase:
        """The phrase of the test that is true when this one is false."""
        return replace(self, holds=self.fails, fails=self.holds, must=self.must_not, must_not=self.must)


Reads: TypeAlias = Literal["customFields", "clusters", "attributes", "lineItems"]
"""What a function looks into in its profile: a dict of entries, or the attributes of all line items."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overload:
    """One way to call a function. Parameters from `required` on may be left out, from the right."""

    parameters: tuple[Parameter, ...]
    result: Type
    required: int
    subject: str | None = None  # what an explanation calls the result: "the days between {receiver} and {argument}"
    noun: str | None = None  # what a reading calls it where that differs: "the month of {receiver}"

    def accepts(self, count: int) -> bool:
        """Whether that many arguments can be given."""
        return self.required <= count <= len(self.parameters)

    @property
    def signature(self) -> str:
        """The parameters as help shows them: `(year, month, day)`, optional ones in brackets.

        Stray arguments, which the documents show and give no meaning, are left out.
        """
        needed = ", ".join(p.name for p in self.parameters[: self.required])
        optional = "".join(f"[, {p.name}]" for p in self.parameters[self.required :] if p.role != "ignored")
        return f"({(needed + optional).removeprefix('[, ') if needed else optional.replace('[, ', '[', 1)})"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """An expression, the data it is run on, and its result; tests execute every one."""

    expression: str
    context: Mapping[str, object]
    result: bool | int | str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Function:
    """A method, declared once: all that is known of it but how its result is computed.

    `meaning` names how the result comes about: the key of a computation, or `context` when it is read from data.
    """

    name: str  # "daysDiff"
    receiver: Receiver
    overloads: tuple[Overload, ...]
    doc: str
    meaning: str
    phrase: TestPhrase | None = None  # how an explanation words it, for tests
    words: str | None = None  # how a reading says what a schema declares: "{profile} has the status {0}"
    reads: Reads | None = None
    entry: str | None = None  # the entry it looks for there, "brand"; None: the first argument names it
    limits: Limits | None = None  # what its numbers keep to; lint finds comparisons that cannot come out otherwise
    habits: tuple[tuple[str, str], ...] = ()  # ("startsWith", which others write; what to write here)
    examples: tuple[Example, ...] = ()
    choice: str | None = None  # where the documents contradict each other or are silent: what was chosen, and why
    part: bool = False  # whether it may be written without parentheses (`createdDate.year`)

    @property
    def parameterless(self) -> bool:
        """Whether it is called on a value and takes nothing: null tests, `exists`, date parts, `isWeekend`, …

        Whatever stands between the parentheses of such a call means nothing, and typed expressionJson leaves it out.
        """
        return self.receiver in _VALUES and all(
            parameter.role == "ignored" for overload in self.overloads for parameter in overload.parameters
        )

    def accepts(self, count: int) -> bool:
        """Whether it can be called with that many arguments."""
        return any(overload.accepts(count) for overload in self.overloads)

    @property
    def result(self) -> Type:
        """The type of the result; all overloads of a function share it."""
        return self.overloads[0].result


def overload(
    *parameters: Parameter,
    result: Type,
    required: int | None = None,
    subject: str | None = None,
    noun: str | None = None,
) -> Overload:
    """An overload whose parameters are all needed unless `required` says otherwise."""
    least = len(parameters) if required is None else required
    return Overload(parameters=parameters, result=result, required=least, subject=subject, noun=noun)
