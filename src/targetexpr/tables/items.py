"""Line items, custom fields and clusters: tests and sums over lists, and entries of maps."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, TypeVar, assert_never, cast

from targetexpr.lang.functions import Basket
from targetexpr.lang.functions.baskets import CONDITIONS, SPELLINGS
from targetexpr.running.program import CallBasket
from targetexpr.tables.columns import Column
from targetexpr.tables.comparisons import holds
from targetexpr.tables.dates import Dates
from targetexpr.tables.polynomials import ROUNDING, E, Leaf, Polynomial
from targetexpr.tables.vocabulary import Comparison

_T = TypeVar("_T")
Selection: TypeAlias = _T | bool
"""A test of one item; True for all of them, False for none."""

_MOST_OFF_GRID = 1000  # items whose numbers are on no grid: the bound on the error of a sum is made for so many
_NUMBER_KINDS = frozenset(("int", "float", "decimal", "text"))
_ATTRIBUTES_OF = {"doesBrandRegexMatch": "brand", "doesCategoryRegexMatch": "category"}


class Items(Dates[E]):
    """What looks into lists and maps."""

    # ---- baskets

    def basket_test(self, index: int, call: CallBasket) -> E:
        """Whether there is a selected item, or none."""
        items, test = self._selected(index, call)
        return self._any(items, test, excludes=call.shape.aggregate == "Excludes")

    def any_of(self, indices: tuple[int, ...], call: CallBasket, name: str, values: list[str]) -> E:
        """Terms that look for one value each, in the same attribute of the items, as one look-up."""
        items = self._items(call.profile, indices[0])
        attribute = self._attribute(items, name)
        test: Selection[E] = False if attribute is None else self.words.one_of(self.words.string(attribute), values)
        return self._any(items, test, excludes=call.shape.aggregate == "Excludes")

    def _any(self, items: Column, test: Selection[E], *, excludes: bool) -> E:
        words = self.words
        if isinstance(test, bool):
            there = words.negation(words.missing_list(items))
            if not test:
                return words.only(there, words.truth(excludes))
            found = words.compare(">", words.count_items(items, None), words.whole(0))
        else:
            found = words.any_item(items, test)
        return words.negation(found) if excludes else found

    def basket_number(self, index: int, call: CallBasket) -> Polynomial:
        """A sum, quantity or count over the selected items."""
        shape = call.shape
        items, test = self._selected(index, call)
        if shape.aggregate == "Count":
            return self._count(items, test)
        measures = self._measures(items)
        match shape.aggregate:
            case "Qty":
                measure = measures["QUANTITY"]
            case "ItemDiscountSum":
                measure = measures["DISCOUNT"]
            case "Sum":
                measure = measures["VALUE" if shape.gross else "AMOUNT"]
            case "Includes" | "Excludes":
                raise self.refusal("a truth where a number is needed", index)
            case _:
                assert_never(shape.aggregate)
        return self._total(index, items, test, measure)

    def computed(self, index: int, profile: str, name: str, how: str) -> Polynomial:
        """An attribute that is computed from the line items where the data does not hold it."""
        own = self.columns.named(f"{profile}.{name}")
        if own is not None and own.kind == "mixed":
            raise self.refusal(f"the column of `{profile}.{name}` holds values of several kinds", index)
        if self.columns.named(f"{profile}.lineItems") is None:
            return self.numbers_of(self.column(f"{profile}.{name}", index))
        items = self._items(profile, index)
        if how == "basketSize":
            made = self._count(items, True)
        elif how == "totalQty":
            made = self._total(index, items, True, self._measures(items)["QUANTITY"])
        else:
            assert how == "basketAmountSumNonDiscounted"
            measures = self._measures(items)
            doubts, self.doubts = self.doubts, []
            discount = measures["DISCOUNT"]
            test: Selection[E] = self.compare_numbers("==", discount, Polynomial()) if discount.seen else True
            if self.is_nothing(discount):
                test = False
            self._doubt_items(items, doubts)
            made = self._total(index, items, test, measures["AMOUNT"])
        return made if own is None or own.kind == "null" else self._first_given(own, self.numbers_of(own), made)

    def _items(self, profile: str, index: int) -> Column:
        items = self.column(f"{profile}.lineItems", index)
        holds = items.type.item
        if items.kind != "list" or holds is None or holds.kind not in ("struct", "null"):
            raise self.refusal(f"`{profile}.lineItems` is no column of lists of structs", index)
        if any(field.kind == "mixed" for field in holds.fields.values()):
            raise self.refusal("a field of the line items holds values of several kinds", index)
        return items

    def _attribute(self, items: Column, name: str) -> Column | None:
        attributes = items.fields.get("attributes")
        return None if attributes is None else attributes.within(name)

    def _measures(self, items: Column) -> dict[str, Polynomial]:
        """The fields of one item that a condition can name, each with what stands in for it where it is missing."""
        rate, quantity = (self._field(items, name) for name in ("rate", "qty"))
        discount = self._given(items, "discount", Polynomial())
        gross = self._given(items, "value", rate * quantity)
        amount = self._given(items, "amount", gross - discount)
        return {"AMOUNT": amount, "DISCOUNT": discount, "QUANTITY": quantity, "RATE": rate, "VALUE": gross}

    def _field(self, items: Column, name: str) -> Polynomial:
        column = items.fields.get(name)
        return self.nothing() if column is None else self.numbers_of(column)

    def _given(self, items: Column, name: str, instead: Polynomial) -> Polynomial:
        """A field where an item has it, else something instead."""
        column = items.fields.get(name)
        if column is None or column.kind == "null":
            return instead
        own = self.numbers_of(column)
        return own if self.complete(own) else self._first_given(column, own, instead)

    def _first_given(self, column: Column, own: Polynomial, instead: Polynomial) -> Polynomial:
        """A number where the cell holds something (null where that is no number), another where it holds nothing."""
        words, missing = self.words, self.words.is_missing(column)
        one, two = self.double(own), self.double(instead)
        made = Leaf(
            key=self.fresh(),
            double=words.choose(missing, two.expression, one.expression),
            scale=None if one.scale is None or two.scale is None else max(one.scale, two.scale),
            bound=max(one.bound, two.bound),
            error=max(one.error, two.error),
            size=lambda: words.choose(missing, self.size(instead), self.size(own)),
            nulls=not (column.number.finite and column.kind in _NUMBER_KINDS and self.complete(instead)),
        )
        return self.leaf(made)

    # ---- which items, and how many

    def _selected(self, index: int, call: CallBasket) -> tuple[Column, Selection[E]]:
        items = self._items(call.profile, index)
        doubts, self.doubts = self.doubts, []
        test = self._test(items, self.program.operands[index], call.shape)
        self._doubt_items(items, doubts)
        return items, test

    def _doubt_items(self, items: Column, before: list[E]) -> None:
        """Doubts about an item are doubts about its row."""
        if self.doubts:
            doubt = self.words.any([self.words.known(one) for one in self.doubts])
            before.append(self.words.any_item(items, doubt))
        self.doubts = before

    def _test(self, items: Column, operands: tuple[int, ...], shape: Basket) -> Selection[E]:
        words = self.words
        if shape.selection == "If":
            reason = "field, operator and number of a condition on line items must be literals"
            field, operator, number = (self.constant_text(operand, reason) for operand in operands)
            symbol = cast("Comparison", CONDITIONS[SPELLINGS.get(operator, operator)])
            measure = self._measures(items)[field]
            bound = Polynomial.of(Fraction(Decimal(number)))
            if self.is_nothing(measure):
                return False
            if not measure.seen:  # a discount that no item has
                return holds(symbol, -bound.constant)
            return self.compare_numbers(symbol, measure, bound)
        name: str
        if shape.attribute is not None:
            name, value = shape.attribute, operands[0]
        else:
            name, value = self.constant_text(operands[0], "the name of an attribute must be a literal"), operands[1]
        expected = self.constant_text(value, "the value of an attribute must be a literal")
        column = self._attribute(items, name)
        if column is None:
            return False
        text = words.string(column)
        if shape.selection == "Equals":
            return words.compare("==", text, words.text(expected))
        return words.matches(text, expected, in_item=True)

    def _count(self, items: Column, test: Selection[E]) -> Polynomial:
        words = self.words
        if test is False:
            there = words.negation(words.missing_list(items))
            return self.integer(words.only(there, words.whole(0)), 0.0)
        counted = words.count_items(items, None if test is True else test)
        return self.integer(counted, float(items.items.longest))

    def _total(self, index: int, items: Column, test: Selection[E], measure: Polynomial) -> Polynomial:
        words, most = self.words, float(max(items.items.longest, 1))
        if test is False or not measure.seen:  # a discount that no item has
            return self._count(items, False)
        if self.is_nothing(measure):
            return self.integer(words.only(self._any(items, test, excludes=True), words.whole(0)), 0.0)
        which = None if test is True else test
        one, complete = self.double(measure), self.complete(measure)
        double = words.sum_items(items, which, one.expression, complete=complete)

        def size() -> E:
            if items.items.longest > _MOST_OFF_GRID:
                raise self.refusal("a sum over so many items that are not on one grid", index)
            return words.sum_items(items, which, self.size(measure), complete=complete)

        made = Leaf(
            key=self.fresh(),
            double=double,
            scale=one.scale,
            bound=one.bound * most,
            error=most * (one.error + ROUNDING * one.bound * most),
            size=size,
        )
        return self.leaf(made)

    # ---- one item, custom fields, clusters

    def profile_test(self, index: int, profile: str, meaning: str) -> E:
        """A method of a profile that looks into one of its maps."""
        operands = self.program.operands[index]
        if meaning in ("doesItemMatch", *_ATTRIBUTES_OF):
            return self._item_test(index, profile, meaning, operands)
        words = self.words
        where = "clusters" if meaning.startswith("cluster") else "customFields"
        entries = self._entries(f"{profile}.{where}", index)
        if entries is None:
            return words.null_truth()
        there = words.negation(words.is_missing(entries))
        entry = entries.within(self.constant_text(operands[0], "the name of an entry must be a literal"))
        if entry is not None and entry.kind == "mixed":
            raise self.refusal("an entry holds values of several kinds", index)
        if meaning == "customFieldValueExists":
            return words.only(there, words.truth(False) if entry is None else words.is_filled(entry))
        expected = self.string(operands[1])
        if operands[1] not in self.program.constants:
            there = words.all([there, words.negation(words.is_null(expected))])
        found = words.truth(False) if entry is None else words.known(words.holds(entry, expected))
        return words.only(there, found if meaning.endswith("Includes") else words.negation(found))

    def _item_test(self, index: int, profile: str, meaning: str, operands: tuple[int, ...]) -> E:
        words = self.words
        name, value = _ATTRIBUTES_OF.get(meaning), operands[-1]
        if name is None:
            name = self.constant_text(operands[0], "the name of an attribute must be a literal")
        expected = self.constant_text(value, "the value of an attribute must be a literal")
        entries = self._entries(f"{profile}.attributes", index)
        attribute = None if entries is None else entries.within(name)
        if attribute is None:
            found = words.truth(False)
        elif meaning == "doesItemMatch":
            found = words.known(words.compare("==", words.string(attribute), words.text(expected)))
        else:
            found = words.known(words.matches(words.string(attribute), expected, in_item=False))
        absent = self.columns.absent(profile)
        return found if absent is None else words.only(words.negation(words.is_missing(absent)), found)

    def _entries(self, name: str, index: int) -> Column | None:
        """A map, None where the column holds nothing that could be one."""
        found = self.column(name, index)
        return found if found.kind in ("struct", "map") else None
