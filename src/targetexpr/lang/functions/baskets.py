"""The basket family: sums, quantities, counts and tests over the line items of a bill, and tests of one item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from targetexpr.lang.functions.model import Example, Function, Overload, Parameter, TestPhrase, overload
from targetexpr.lang.functions.values import MATCHES
from targetexpr.lang.types import BOOLEAN, INTEGER, INVENTORY_ATTRIBUTE, REAL, STRING, Type

Aggregate = Literal["Sum", "Qty", "Count", "ItemDiscountSum", "Includes", "Excludes"]
Selection = Literal["Equals", "Regex", "If"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basket:
    """What a member of the family does, as its name spells it: `basket` + aggregate + selection + attribute + Gross."""

    aggregate: Aggregate
    selection: Selection
    attribute: Literal["brand", "category"] | None = None  # None: the first argument names it
    gross: bool = False  # sum values instead of amounts


FIELDS = ("AMOUNT", "DISCOUNT", "QUANTITY", "RATE", "VALUE")
CONDITIONS = {
    "GREATER_THAN": ">",
    "LESS_THAN": "<",
    "LESS_THAN_EQUALS_TO": "<=",
    "GREATER_THAN_EQUALS_TO": ">=",
    "EQUALS_TO": "==",
    "NOT_EQUALS_TO": "!=",
}
"""The operators of the `...If` methods by their documented names."""

SPELLINGS = {name.replace("EQUALS_TO", "EQUAL_TO"): name for name in CONDITIONS if "EQUALS_TO" in name}
"""The documents write both `..._EQUAL_TO` and `..._EQUALS_TO`; the lists of operators have the S."""

_ATTRIBUTE = Parameter(name="inventoryAttribute", type=INVENTORY_ATTRIBUTE, role="inventory-attribute")
_VALUE = Parameter(name="attributeValue", type=STRING, role="inventory-value")
_PATTERN = Parameter(name="regex", type=STRING, role="regex")
_IF = (
    Parameter(name="field", type=STRING, values=FIELDS, closed=True),
    Parameter(name="operator", type=STRING, values=tuple(CONDITIONS), closed=True, also=SPELLINGS),
    Parameter(name="value", type=STRING, role="number-text"),
)

_ITEMS: tuple[dict[str, object], ...] = (
    {"qty": 3, "rate": 100, "discount": 60, "attributes": {"brand": "Puma", "category": "Shoes"}},
    {"qty": 1, "rate": 50, "discount": 0, "attributes": {"brand": "Pure", "category": "Shirts"}},
    {"qty": 2, "rate": 20, "discount": 0, "attributes": {"brand": "Nike", "category": "Shoes"}},
)
# amounts: 240, 50, 40; values: 300, 50, 40

_RESULTS: dict[Aggregate, Type] = {
    "Sum": REAL,
    "Qty": REAL,
    "Count": INTEGER,
    "ItemDiscountSum": REAL,
    "Includes": BOOLEAN,
    "Excludes": BOOLEAN,
}
_WHAT: dict[Aggregate, str] = {
    "Sum": "Sum of the amounts (value less discount) of the line items",
    "Qty": "Sum of the quantities of the line items",
    "Count": "Number of line items, whatever their quantities,",
    "ItemDiscountSum": "Sum of the discounts of the line items",
    "Includes": "Whether there is a line item",
    "Excludes": "Whether there is no line item",
}
_NOUNS: dict[Aggregate, str] = {
    "Sum": "amount",
    "Qty": "quantity",
    "Count": "number",
    "ItemDiscountSum": "discount",
}
_CHOICES: dict[str, str] = {
    "basketSum": "One table speaks of the value; the gross variants were added because sums are net, so they are.",
    "basketSumIf": "Typed boolean on one page although it is described as a sum; it is a sum.",
    "basketQtyIf": "Described once as a number of items; the other pages add up quantities, and so does this.",
    "basketCount": "A whole number in the tables, a decimal in the text; it is a whole number.",
    "basketIncludes": "The data type is given as a decimal on one page, the output as boolean; it is boolean.",
    "basketIncludesRegex": "One page describes the opposite; by its name it is true when an item matches.",
    "basketExcludesRegex": "Descriptions contradict each other; by its name it is false when an item matches.",
    "basketSumRegexBrand": "Named in a release note only; parameter and result follow its gross sibling.",
    "basketCountRegexBrand": "The syntax line shows two arguments; the examples of its siblings give the regex alone.",
    "basketSumRegexCategory": "Seen in the platform's own editor only; a net sum as its siblings are.",
    "basketItemDiscountSum": "Seen in the platform's own editor only; the meaning is taken from the name.",
    "basketItemDiscountSumRegex": "Seen in the platform's own editor only; the meaning is taken from the name.",
    "basketSumRegexGross": "Typed boolean on one page although it is described as a sum; it is a sum.",
    "basketSumRegexBrandGross": "Typed boolean on one page, two arguments in one example; it is a sum of one regex.",
    "basketSumRegexCategoryGross": "No type is documented; it is a sum as its siblings are.",
}


def _selects(shape: Basket) -> str:
    if shape.selection == "If":
        return 'whose field compares so with the number, e.g. ("QUANTITY", "GREATER_THAN", "2")'
    if shape.attribute is not None:
        return f"whose attribute `{shape.attribute}` holds a match of the regular expression"
    if shape.selection == "Regex":
        return "whose inventory attribute holds a match of the regular expression"
    return "whose inventory attribute is exactly the value"


def _overload(shape: Basket) -> Overload:
    result, subject = _RESULTS[shape.aggregate], None
    if shape.aggregate in _NOUNS:
        noun = "gross value" if shape.gross else _NOUNS[shape.aggregate]
        subject = f"the {noun} of items in {{profile}} {_which(shape)}"
    if shape.selection == "If":
        return overload(*_IF, result=result, subject=subject)
    if shape.attribute is not None:
        return overload(_PATTERN, result=result, subject=subject)
    second = _VALUE if shape.selection == "Equals" else _PATTERN
    return overload(_ATTRIBUTE, second, result=result, subject=subject)


def _which(shape: Basket) -> str:
    """Which items an explanation speaks of."""
    if shape.selection == "If":
        return "whose {condition}"
    if shape.attribute is not None:
        return f"whose {shape.attribute} matches the pattern {{0}}"
    return "with {name} {1}" if shape.selection == "Equals" else "whose {name} matches the pattern {1}"


def _phrase(shape: Basket) -> TestPhrase | None:
    which = _which(shape)
    includes = TestPhrase(
        holds=f"has an item {which}",
        fails=f"has no item {which}",
        must=f"have an item {which}",
        must_not=f"have no item {which}",
        subject="{profile}",
    )
    match shape.aggregate:
        case "Includes":
            return includes
        case "Excludes":
            return includes.opposite()
        case _:
            return None


def _doc(shape: Basket) -> str:
    what = "Sum of the values (quantity times rate) of the line items" if shape.gross else _WHAT[shape.aggregate]
    return f"{what} {_selects(shape)}."


def _name(shape: Basket) -> str:
    selection = {"Equals": "", "Regex": "Regex", "If": "If"}[shape.selection]
    attribute = shape.attribute.capitalize() if shape.attribute else ""
    return f"basket{shape.aggregate}{selection}{attribute}{'Gross' if shape.gross else ''}"


_SHAPES: tuple[tuple[Basket, str, bool | int], ...] = (
    (Basket(aggregate="Sum", selection="Equals"), '("brand","Puma")', 240),
    (Basket(aggregate="Sum", selection="Regex"), '("brand","^Pu")', 290),
    (Basket(aggregate="Sum", selection="Regex", attribute="brand"), '("^Pu")', 290),
    (Basket(aggregate="Sum", selection="Regex", attribute="category"), '("^Shoes$")', 280),
    (Basket(aggregate="Sum", selection="If"), '("QUANTITY","GREATER_THAN_EQUALS_TO","2")', 280),
    (Basket(aggregate="Sum", selection="Equals", gross=True), '("brand","Puma")', 300),
    (Basket(aggregate="Sum", selection="Regex", gross=True), '("brand","^Pu")', 350),
    (Basket(aggregate="Sum", selection="Regex", attribute="brand", gross=True), '("^Pu")', 350),
    (Basket(aggregate="Sum", selection="Regex", attribute="category", gross=True), '("^Shoes$")', 340),
    (Basket(aggregate="Qty", selection="Equals"), '("brand","Puma")', 3),
    (Basket(aggregate="Qty", selection="Regex"), '("brand","^Pu")', 4),
    (Basket(aggregate="Qty", selection="Regex", attribute="brand"), '("^Pu")', 4),
    (Basket(aggregate="Qty", selection="Regex", attribute="category"), '("^Shoes$")', 5),
    (Basket(aggregate="Qty", selection="If"), '("DISCOUNT","EQUALS_TO","0")', 3),
    (Basket(aggregate="Count", selection="Equals"), '("category","Shoes")', 2),
    (Basket(aggregate="Count", selection="Regex"), '("category","^Sh")', 3),
    (Basket(aggregate="Count", selection="Regex", attribute="brand"), '("^Pu")', 2),
    (Basket(aggregate="Count", selection="Regex", attribute="category"), '("^Shoes$")', 2),
    (Basket(aggregate="Count", selection="If"), '("AMOUNT","LESS_THAN","50")', 1),
    (Basket(aggregate="ItemDiscountSum", selection="Equals"), '("brand","Puma")', 60),
    (Basket(aggregate="ItemDiscountSum", selection="Regex"), '("brand","^N")', 0),
    (Basket(aggregate="Includes", selection="Equals"), '("brand","Puma")', True),
    (Basket(aggregate="Includes", selection="Regex"), '("brand","^X")', False),
    (Basket(aggregate="Includes", selection="Regex", attribute="brand"), '("^Pu")', True),
    (Basket(aggregate="Includes", selection="Regex", attribute="category"), '("^Hats$")', False),
    (Basket(aggregate="Excludes", selection="Equals"), '("brand","Puma")', False),
    (Basket(aggregate="Excludes", selection="Regex"), '("brand","^X")', True),
)

BASKET_SHAPES: dict[str, Basket] = {_name(shape): shape for shape, _, _ in _SHAPES}
"""Every member of the family, by name, taken apart."""


def _basket(shape: Basket, arguments: str, result: bool | int) -> Function:
    name = _name(shape)
    context: dict[str, object] = {"currentTxn": {"lineItems": list(_ITEMS)}}
    example = Example(expression=f"currentTxn.{name}{arguments}", context=context, result=result)
    return Function(
        name=name,
        receiver="bill",
        overloads=(_overload(shape),),
        doc=_doc(shape),
        meaning="basket",
        phrase=_phrase(shape),
        reads=None if shape.selection == "If" else "lineItems",
        entry=shape.attribute,
        examples=(example,),
        choice=_CHOICES.get(name),
    )


_IS = TestPhrase(
    holds="is {1}", fails="is not {1}", must="be {1}", must_not="not be {1}", subject="attribute {0} of {profile}"
)


def _item_test(
    name: str,
    attribute: str | None,
    parameters: tuple[Parameter, ...],
    doc: str,
    example: Example,
    choice: str,
) -> Function:
    """A test of one item: whether `attribute` has a match of the pattern, or the named one is exactly the value."""
    return Function(
        name=name,
        receiver="item",
        overloads=(overload(*parameters, result=BOOLEAN),),
        doc=doc,
        meaning=name,
        phrase=_IS if attribute is None else replace(MATCHES, subject=f"{attribute} of {{profile}}"),
        reads="attributes",
        entry=attribute,
        examples=(example,),
        choice=choice,
    )


BASKET_FUNCTIONS: tuple[Function, ...] = tuple(_basket(*declared) for declared in _SHAPES)

ITEM_FUNCTIONS: tuple[Function, ...] = (
    _item_test(
        "doesItemMatch",
        None,
        (_ATTRIBUTE, _VALUE),
        "Whether the item's inventory attribute is exactly the value; false when it has no such attribute.",
        Example(
            expression='currentLineItem.doesItemMatch("sku_code","221900")',
            context={"currentLineItem": {"attributes": {"sku_code": "221900"}}},
            result=True,
        ),
        "Described with custom fields on one page; the sample of its JSON types the arguments as inventory attribute "
        "and value of it.",
    ),
    _item_test(
        "doesBrandRegexMatch",
        "brand",
        (_PATTERN,),
        "Whether the item's attribute `brand` holds a match; false when it has none.",
        Example(
            expression='currentProduct.doesBrandRegexMatch("^Pu")',
            context={"currentProduct": {"attributes": {"brand": "Puma"}}},
            result=True,
        ),
        "The parameters are not shown; one regular expression, as its name says.",
    ),
    _item_test(
        "doesCategoryRegexMatch",
        "category",
        (_PATTERN,),
        "Whether the item's attribute `category` holds a match; false when it has none.",
        Example(
            expression='currentLineItem.doesCategoryRegexMatch("^sneakers.*")',
            context={"currentLineItem": {"attributes": {}}},
            result=False,
        ),
        "For line items it is seen in a log only; one regular expression, as there.",
    ),
)
