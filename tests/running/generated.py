"""Random well-typed rules and contexts for them: odd numbers, missing fields, wrong types, edges of the calendar.

Driven by a `random.Random`: a seeded one for long runs, Hypothesis' own for short ones that shrink.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "100",
    "500",
    "0.1",
    "0.2",
    "0.3",
    "500.1",
    "0.10000000000000001",
    "0.30000000000000004",
    "100000000000000000000000",
    "9007199254740993",
    "9007199254740992",
    "1000000000000000",
    "1000000000000000.5",
    "0.0000000000000001",
    "99999999999999991611392",
    "7",
    "40",
    "33.33",
    "123456789012345678901234567890.5",
    "0." + "3" * 40,
]
NUMERIC_FIELDS = [
    "currentTxn.value",
    "currentTxn.discount",
    "currentTxn.points",
    "currentCustomer.currentPoints",
    "currentCustomer.slabNumber",
    "currentCustomer.numberOfTxns",
    "currentLineItem.qty",
]
COMPUTED_FIELDS = ["currentTxn.basketSize", "currentTxn.totalQty", "currentTxn.basketAmountSumNonDiscounted"]
TEXT_FIELDS = [
    "currentCustomer.email",
    "currentCustomer.firstname",
    "currentCustomer.slabName",
    "currentTxn.number",
    "currentTxn.extField_channel",
    "currentLineItem.code",
]
DATE_FIELDS = ["currentTxn.date", "currentCustomer.joinDate", "currentCustomer.slabExpiryDate"]
BOOLEAN_FIELDS = ["currentCustomer.isLoyal", "currentCustomer.isControl", "currentCustomer.hasInstoreProfile"]
TEXTS = ["Gold", "Silver", "a", "", "ann@shop.com", "2025-02-28", "5", "Puma", "x y", "é", r"q\"q", r"\n"]
PATTERNS = ["^[Jj]oh?n", "Gold", "o$", r"\\d+", "(a+)+$", "^a.*b$", "x.*y.*z", "(?i)gold", "[^a]", "", "a|o", ".+@.+"]
BRANDS = ["Puma", "Nike", "Pure", "Gold"]
FIELDS = ["AMOUNT", "DISCOUNT", "QUANTITY", "RATE", "VALUE"]
OPERATORS = ["GREATER_THAN", "LESS_THAN", "LESS_THAN_EQUALS_TO", "GREATER_THAN_EQUAL_TO", "EQUALS_TO", "NOT_EQUAL_TO"]
DATE_PARTS = ["day", "dayOfMonth", "month", "year"]
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Apia", "+05:30", "America/Sao_Paulo"]


class Rules:
    """Rule texts, well-typed by construction."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def rule(self, depth: int = 3) -> str:
        return self.boolean(depth)

    def boolean(self, depth: int) -> str:
        r = self.random
        if depth <= 0:
            return r.choice([self.comparison, self.comparison, self.text_test, self.field, self.basket_test])(0)
        kind = r.randrange(14)
        if kind < 4:
            operator = r.choice(["&&", "||"])
            return "(" + operator.join(f"({self.boolean(depth - 1)})" for _ in range(r.randint(2, 4))) + ")"
        if kind == 4:
            return f"!({self.boolean(depth - 1)})"
        if kind == 5:
            return f"({self.boolean(depth - 1)}?{self.boolean(depth - 1)}:{self.boolean(depth - 1)})"
        if kind == 6:
            return f"(({self.boolean(depth - 1)})=={r.choice(['true', 'false', f'({self.boolean(0)})'])})"
        return r.choice(
            [
                self.comparison,
                self.comparison,
                self.comparison,
                self.text_test,
                self.date_test,
                self.null_test,
                self.basket_test,
                self.field_test,
                self.field,
                self.lookup_test,
                self.list_test,
            ]
        )(depth)

    def field(self, _depth: int) -> str:
        return self.random.choice([*BOOLEAN_FIELDS, "true", "false"])

    def comparison(self, depth: int) -> str:
        r = self.random
        kind = r.randrange(13)
        if kind >= 10:
            return f"{self.sum(2)}{r.choice(['==', '!=', '<', '<=', '>', '>='])}{self.sum(r.choice([0, 1]))}"
        if kind < 7:
            operator = r.choice(["==", "!=", "<", "<=", ">", ">="])
            return f"{self.number(depth)}{operator}{self.number(depth if r.random() < 0.4 else 0)}"
        if kind < 9:
            return f"{self.text(depth)}{r.choice(['==', '!='])}{self.text(0)}"
        operator = r.choice(["==", "!=", "<", "<=", ">", ">="])
        return f"{r.choice(DATE_FIELDS)}{operator}{r.choice(DATE_FIELDS)}"

    def number(self, depth: int) -> str:
        r = self.random
        if depth <= 0:
            return r.choice([r.choice(NUMBERS), r.choice(NUMERIC_FIELDS), r.choice(NUMERIC_FIELDS)])
        kind = r.randrange(16)
        if kind < 5:
            return f"({self.number(depth - 1)}{r.choice('+-*/%')}{self.number(depth - 1)})"
        if kind == 5:
            return f"({r.choice('+-')}{self.number(depth - 1)})"
        if kind == 6:
            return f"({self.boolean(0)}?{self.number(depth - 1)}:{self.number(0)})"
        if kind == 7:
            return f"{r.choice(DATE_FIELDS)}.{r.choice(DATE_PARTS)}{r.choice(['', '()'])}"
        if kind == 8:
            return r.choice(COMPUTED_FIELDS)
        if kind == 9:
            return f'{r.choice(NUMERIC_FIELDS)}.interval("{r.choice(["100,400,600", "0.1,0.3", "-5,0,500.1"])}")'
        if kind == 10:
            return self.date_difference()
        if kind == 11:
            return self.basket_number()
        if kind == 12:
            return f'currentCustomer.trackerValueCurrentEvent({self.text(0)},"b")'
        return self.number(0)

    def sum(self, depth: int) -> str:
        """Arithmetic whose results often come out equal, or equal but for a rounding error of floats."""
        r = self.random
        if depth <= 0:
            return r.choice([*NUMERIC_FIELDS[:4], *NUMERIC_FIELDS[:4], "0", "0.1", "0.3", "3", "10", "100"])
        kind = r.randrange(8)
        if kind < 4:
            return f"({self.sum(depth - 1)}{r.choice('++-*')}{self.sum(depth - 1)})"
        if kind == 4:
            return f"({self.sum(depth - 1)}/{r.choice(['3', '10', '100', '0.1'])})"
        if kind == 5:
            return f"({r.choice(NUMERIC_FIELDS[:4])}%{r.choice(['1', '3', '10', '100', '0.1'])})"
        if kind == 6:
            return f"(-{self.sum(depth - 1)})"
        return 'currentTxn.basketSumIf("QUANTITY","GREATER_THAN","1")'

    def text(self, _depth: int) -> str:
        r = self.random
        return r.choice([r.choice(TEXT_FIELDS), f'"{r.choice(TEXTS)}"'])

    def text_test(self, _depth: int) -> str:
        r = self.random
        field = r.choice(TEXT_FIELDS)
        if r.random() < 0.5:
            return f"{field}.contains({self.text(0)})"
        return f'{field}.matches("{r.choice(PATTERNS)}")'

    def null_test(self, depth: int) -> str:
        r = self.random
        kind = r.randrange(6)
        if kind == 0:
            test = r.choice(["exists", "notExists", "isEmpty", "isValidDate", "isNull"])
            return f"{r.choice(TEXT_FIELDS)}.{test}()"
        if kind == 1:
            return f"{r.choice(DATE_FIELDS)}.{r.choice(['isValid', 'isNull', 'isNotNull'])}()"
        if kind == 2:
            return f"({self.number(depth - 1)}).isNull()"
        if kind == 3:
            return f'{r.choice(BOOLEAN_FIELDS)}.isNotNull("")'
        return f"{r.choice([*NUMERIC_FIELDS, *COMPUTED_FIELDS])}.{r.choice(['isNull', 'isNotNull'])}()"

    def date_difference(self) -> str:
        r = self.random
        one, other = r.choice(DATE_FIELDS), r.choice(DATE_FIELDS)
        return r.choice(
            [
                f"{one}.dateDiff({other})",
                f"{one}.daysDiff({other})",
                f"{one}.minutesDiff({other})",
                f"{one}.dateDiff(2024,2,29)",
                f"{one}.daysDiff(2025,3,1)",
                f"{one}.daysDiff(2024,{r.choice(NUMERIC_FIELDS)},29)",
                f"{one}.daysDiffFromString({r.choice(TEXT_FIELDS)})",
                f'{one}.daysDiffFromString("2024-02-29")',
            ]
        )

    def date_test(self, _depth: int) -> str:
        r = self.random
        one = r.choice(DATE_FIELDS)
        return r.choice(
            [
                f"{one}.isAfter(2024,2,29)",
                f"{one}.isAfter(currentCustomer.slabNumber,{r.choice(NUMERIC_FIELDS)},currentLineItem.qty)",
                f"{one}.isBefore(2025,3,9,2,30,0)",
                f"{one}.isHourBetween({r.choice(['16,20', '22,2', '0,24', '5,5'])})",
                f"{one}.isHourBetween(currentCustomer.slabNumber,currentLineItem.qty)",
                f"{one}.isTimeBetween({r.choice(['17,30,21,0', '23,59,0,1', '0,0,24,0'])})",
                f"{one}.isWeekday()",
                f"{one}.isWeekend(true)",
            ]
        )

    def basket_number(self) -> str:
        r = self.random
        what = r.choice(["Sum", "Qty", "Count"])
        kind = r.randrange(3)
        if kind == 0:
            bound = r.choice(["0", "3", "-1", "50.5", "0.10000000000000001"])
            return f'currentTxn.basket{what}If("{r.choice(FIELDS)}","{r.choice(OPERATORS)}","{bound}")'
        if kind == 1:
            gross = "Gross" if what == "Sum" and r.random() < 0.4 else ""
            brand = r.choice([f'"{r.choice(BRANDS)}"', self.text(0)])
            return f'currentTxn.basket{what}{gross}("brand",{brand})'
        return f'currentTxn.basket{what}Regex("brand","{r.choice(PATTERNS)}")'

    def basket_test(self, _depth: int) -> str:
        r = self.random
        which = r.choice(["Includes", "Excludes"])
        return r.choice(
            [
                f'currentTxn.basket{which}("brand","{r.choice(BRANDS)}")',
                f'currentTxn.basket{which}Regex("brand","{r.choice(PATTERNS)}")',
                f'currentTxn.basket{which}("brand",{self.text(0)})',
                f"{self.basket_number()}>{r.choice(NUMBERS)}",
                f"{self.basket_number()}=={r.choice(['0', '1', '3', '240', '0.3'])}",
                f'currentLineItem.doesItemMatch("brand","{r.choice(BRANDS)}")',
                f'currentLineItem.doesCategoryRegexMatch("{r.choice(PATTERNS)}")',
            ]
        )

    def list_test(self, _depth: int) -> str:
        """Lists of codes, as rules on products have them, with something else in between."""
        r = self.random
        term, joint = r.choice(
            [
                ('{field}=="{text}"', "||"),
                ('currentTxn.basketIncludes("brand","{text}")', "||"),
                ('currentTxn.basketExcludes("brand","{text}")', "&&"),
                ('{field}!="{text}"', "&&"),
            ]
        )
        field = r.choice(TEXT_FIELDS)
        terms = [term.format(field=field, text=r.choice([*BRANDS, *TEXTS[:4]])) for _ in range(r.randint(2, 5))]
        if r.random() < 0.3:
            terms.insert(r.randrange(len(terms)), f"({self.boolean(0)})")
        return f"({joint.join(terms)})"

    def field_test(self, _depth: int) -> str:
        r = self.random
        return r.choice(
            [
                f'currentCustomer.customFieldValue{r.choice(["Includes", "Excludes"])}("city",{self.text(0)})',
                'currentCustomer.customFieldValueExists("city")',
                f'currentCustomer.clusterValue{r.choice(["Includes", "Excludes"])}("seg","{r.choice(TEXTS[:4])}")',
            ]
        )

    def lookup_test(self, _depth: int) -> str:
        r = self.random
        return r.choice(
            [
                'currentCustomer.isSubscribedToChannel("EMAIL")',
                f"currentCustomer.isStreakAchieved({self.text(0)})",
                f'currentCustomer.customerStatusLabel({self.text(0)},"b")',
                "currentCustomer.pointsRedeemedInPastDays(30)>=100",
                'currentCustomer.isStreakAchieved("a").isNull()',
            ]
        )


class Contexts:
    """Contexts with the fields those rules read. `dirt` is how likely a value is missing, odd or wrong."""

    def __init__(self, random: Random, dirt: float) -> None:
        self.random = random
        self.dirt = dirt
        self.tidy = random.random() < 0.4  # few different numbers, so that sums of them are often equal

    def dirty(self) -> bool:
        return self.random.random() < self.dirt

    def context(self) -> object:
        r = self.random
        profiles: dict[str, object] = {
            "currentTxn": {
                **self.fields(NUMERIC_FIELDS, "currentTxn", self.number),
                **self.fields(DATE_FIELDS, "currentTxn", self.date),
                **self.fields(TEXT_FIELDS, "currentTxn", self.text),
                **self.some("lineItems", lambda: [self.item() for _ in range(r.choice([0, 1, 2, 5]))]),
            },
            "currentCustomer": {
                **self.fields(NUMERIC_FIELDS, "currentCustomer", self.number),
                **self.fields(DATE_FIELDS, "currentCustomer", self.date),
                **self.fields(TEXT_FIELDS, "currentCustomer", self.text),
                **self.fields(BOOLEAN_FIELDS, "currentCustomer", self.boolean),
                **self.some("customFields", lambda: {"city": self.entry()}),
                **self.some("clusters", lambda: {"seg": self.entry()}),
                **self.some("trackerValueCurrentEvent", lambda: {t: {"b": self.number()} for t in TEXTS}),
                **self.some("isSubscribedToChannel", lambda: r.choice([["EMAIL"], ["SMS"], lambda _c: True])),
                **self.some("isStreakAchieved", lambda: r.choice([["a", "Gold"], {"a": True, "Gold": "x"}])),
                **self.some("customerStatusLabel", lambda: {"a": ["b"], "Gold": {"b": "true"}, "Silver": 5}),
                **self.some("pointsRedeemedInPastDays", lambda: r.choice([{"30": 99.5}, lambda days: days * 4])),
            },
            "currentLineItem": {
                **self.fields(NUMERIC_FIELDS, "currentLineItem", self.number),
                **self.fields(TEXT_FIELDS, "currentLineItem", self.text),
                **self.some("attributes", self.attributes),
            },
        }
        if self.dirty():
            name = r.choice(sorted(profiles))
            profiles[name] = r.choice([None, [], "x", 5, {}])
        if self.dirty():
            del profiles[r.choice(sorted(profiles))]
        if r.random() < self.dirt / 10:
            return r.choice([None, [], "x"])
        return profiles

    def fields(self, names: list[str], profile: str, make: object) -> dict[str, object]:
        fields: dict[str, object] = {}
        for full in names:
            where, _, name = full.partition(".")
            if where == profile:
                if name.startswith("extField_") and self.random.random() < 0.4:
                    fields["extendedFields"] = {name.removeprefix("extField_"): make()}  # type: ignore[operator]
                else:
                    fields.update(self.some(name, make))
        return fields

    def some(self, name: str, make: object) -> dict[str, object]:
        if self.dirty():
            return self.random.choice([{}, {name: None}, {name: self.wrong()}])
        return {name: make()}  # type: ignore[operator]

    def wrong(self) -> object:
        return self.random.choice(
            ["abc", "", True, [], {}, {"a": 1}, float("nan"), float("inf"), 10**1000, "5", "true", b"x", object(), -0.0]
        )

    def number(self) -> object:
        r = self.random
        if self.tidy:
            return r.choice([0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.1, 2.2, 3.3, 1, 2, 3, 10, 99.9, 33.33, 1e14])
        kind = r.randrange(12)
        if kind < 4:
            return r.choice([0, 1, 2, 3, 7, 23, 29, 60, 100, 500, 500, 1000])
        if kind < 8:
            return r.choice([0.1, 0.2, 0.3, 0.1 + 0.2, 500.1, 33.33, 500.0, 99.99, 0.5, round(r.uniform(0, 600), 2)])
        if kind == 8:
            return -r.choice([7, 0.1, 500.1, 3])
        if kind == 9:
            return r.choice(
                [1e23, 1e22, 9007199254740992.0, 9007199254740993, 1e15, 1e15 + 1, 10**23, 10**24, 1e200, 5e-324, 1e308]
            )
        if kind == 10:
            return r.choice([Decimal("500.1"), Decimal("0.10000000000000001"), "500.1", "0.1", "-7", Decimal("1E+3")])
        return r.choice(NUMBERS)

    def text(self) -> object:
        r = self.random
        if r.random() < 0.1:
            return r.choice([5, 12345678901234567890, "naïve", "\ud800", "a\n", "o\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"])
        return r.choice(["Gold", "Silver", "John", "Jon", "ann@shop.com", "a", "b", "5", "2025-02-28", "x y z"])

    def boolean(self) -> object:
        return self.random.choice([True, False, True, False, "true", "false"])

    def date(self) -> object:
        r = self.random
        when = datetime(2024, 1, 1) + timedelta(minutes=r.randrange(2 * 366 * 24 * 60))
        return r.choice(
            [
                when,
                when.isoformat(),
                when.date(),
                when.date().isoformat(),
                when.replace(tzinfo=UTC),
                when.replace(tzinfo=ZoneInfo("America/New_York"), fold=r.randint(0, 1)),
                when.isoformat(" ") + r.choice(["Z", "+05:30", "-0800"]),
                r.randrange(-(10**12), 2 * 10**12),
                r.choice(["2024-02-29", "2025-02-28", "2024-12-31T23:59:59.999999", "2025-01-01"]),
                r.choice(["2025-03-09T02:30:00", "2025-11-02 01:30", "2011-12-30", "2018-11-04", "0001-01-01"]),
                date(9999, 12, 31),
            ]
        )

    def entry(self) -> object:
        r = self.random
        return r.choice(["Gold", "a", 5, None, ["Gold", "a"], ["x", 5], [], "", [None, "a"], ["a", 1.5]])

    def attributes(self) -> dict[str, object]:
        r = self.random
        return {**self.some("brand", lambda: r.choice(BRANDS)), **self.some("category", lambda: r.choice(BRANDS))}

    def item(self) -> object:
        if self.dirty() and self.random.random() < 0.3:
            return self.wrong()
        item: dict[str, object] = {}
        for name in ("qty", "rate", "value", "discount", "amount"):
            item.update(self.some(name, self.number))
        item.update(self.some("attributes", self.attributes))
        return item
