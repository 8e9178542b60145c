"""Methods of strings, numbers and of every value: null tests, contains, matches, interval."""

from __future__ import annotations

from targetexpr.lang.functions.model import Example, Function, Parameter, Receiver, TestPhrase, overload
from targetexpr.lang.types import BOOLEAN, INTEGER, STRING

IGNORED = Parameter(name="ignored", type=STRING, role="ignored")
"""`isNull("")`, `isNotNull(true)`: the documents show such arguments; they mean nothing."""

_TEST = overload(IGNORED, result=BOOLEAN, required=0)


FILLED = TestPhrase(
    holds="is filled", fails="is missing or empty", must="be filled", must_not="be missing or empty", joint=", it "
)
IS_DATE = TestPhrase(
    holds="is a date", fails="is not a date", must="be a date", must_not="not be a date", joint=", it "
)
_NULL = TestPhrase(holds="is missing", fails="was passed", must="be missing", must_not="be passed", joint=None)
_CONTAINS = TestPhrase(
    holds="contains {0}", fails="does not contain {0}", must="contain {0}", must_not="not contain {0}"
)
MATCHES = TestPhrase(
    holds="matches the pattern {0}",
    fails="does not match the pattern {0}",
    must="match the pattern {0}",
    must_not="not match the pattern {0}",
)


def _test(
    name: str, receiver: Receiver, phrase: TestPhrase, doc: str, *examples: Example, choice: str | None = None
) -> Function:
    return Function(
        name=name,
        receiver=receiver,
        overloads=(_TEST,),
        doc=doc,
        meaning=name,
        phrase=phrase,
        examples=examples,
        choice=choice,
    )


def _email(expression: str, email: str | None, result: bool) -> Example:
    return Example(
        expression=f"currentCustomer.email.{expression}",
        context={"currentCustomer": {"email": email}},
        result=result,
    )


_FULL_MATCH = (
    "The documents do not say whether the whole text must match. Most of their examples only work when the "
    "pattern may be found anywhere, so that is the meaning here; anchor with ^ and $ for the whole text."
)

STRING_METHODS: tuple[Function, ...] = (
    Function(
        name="contains",
        receiver="string",
        overloads=(overload(Parameter(name="text", type=STRING), result=BOOLEAN),),
        doc="Whether the string contains the given string; upper and lower case differ.",
        meaning="contains",
        phrase=_CONTAINS,
        habits=(("includes", "To test for a part, write `.contains(...)`."),),
        examples=(
            _email('contains(".com")', "ann@shop.com", True),
            _email('contains(".COM")', "ann@shop.com", False),
        ),
        choice="Letter case is said to matter in places; here it always does.",
    ),
    Function(
        name="matches",
        receiver="string",
        overloads=(overload(Parameter(name="regex", type=STRING, role="regex"), result=BOOLEAN),),
        doc="Whether the regular expression (RE2 syntax) is found anywhere in the string.",
        meaning="matches",
        phrase=MATCHES,
        habits=(
            ("equalsIgnoreCase", 'To ignore letter case, write `.matches("(?i)^...$")`.'),
            ("toLowerCase", 'To ignore letter case, write `.matches("(?i)...")`.'),
            ("toUpperCase", 'To ignore letter case, write `.matches("(?i)...")`.'),
            ("startsWith", 'To test the start, write `.matches("^...")`.'),
            ("endsWith", 'To test the end, write `.matches("...$")`.'),
            ("length", 'To test the length, write `.matches("^.{2,5}$")`.'),
        ),
        examples=(
            _email('matches("^an+@")', "ann@shop.com", True),
            _email('matches("shop")', "ann@shop.com", True),
            _email('matches("^shop")', "ann@shop.com", False),
        ),
        choice=_FULL_MATCH,
    ),
    _test(
        "exists",
        "string",
        FILLED,
        "Whether a string was passed that is not empty.",
        _email("exists()", "ann@shop.com", True),
        _email("exists()", "", False),
        _email("exists()", None, False),
        choice="Two pages give it a text as if it compared; the argument is ignored, as the main page has none.",
    ),
    _test(
        "notExists",
        "string",
        FILLED.opposite(),
        "Whether the string is missing or empty; the opposite of exists.",
        _email("notExists()", "", True),
        _email("notExists()", "ann@shop.com", False),
    ),
    _test(
        "isEmpty",
        "string",
        FILLED.opposite(),
        "Whether the string is missing or empty, as notExists.",
        _email("isEmpty()", "", True),
        _email("isEmpty()", None, True),
        _email("isEmpty()", "ann@shop.com", False),
    ),
    _test(
        "isValidDate",
        "string",
        IS_DATE,
        "Whether the string is a date such as 2025-05-27, with or without a time of day.",
        _email("isValidDate()", "2025-05-27", True),
        _email("isValidDate()", "2025-02-30", False),
        _email("isValidDate()", None, False),
        choice="The accepted forms are not documented; they are those a date attribute may be given as.",
    ),
)

VALUE_METHODS: tuple[Function, ...] = (
    _test(
        "isNull",
        "value",
        _NULL,
        "Whether no value was passed; an empty string is a value.",
        _email("isNull()", None, True),
        _email("isNull()", "", False),
    ),
    _test(
        "isNotNull",
        "value",
        _NULL.opposite(),
        "Whether some value was passed, even an empty string.",
        _email("isNotNull()", "", True),
        _email("isNotNull()", None, False),
    ),
)


def _points(result: int, points: int) -> Example:
    return Example(
        expression='currentCustomer.currentPoints.interval("100,400,600")',
        context={"currentCustomer": {"currentPoints": points}},
        result=result,
    )


NUMBER_METHODS: tuple[Function, ...] = (
    Function(
        name="interval",
        receiver="number",
        overloads=(
            overload(
                Parameter(name="upperBounds", type=STRING, role="bounds"),
                result=INTEGER,
                noun="the interval of {receiver} between the bounds {name}",
            ),
        ),
        doc="Which interval the number falls in, counted from 1: one more than the bounds that lie strictly below it.",
        meaning="interval",
        limits=(1, None),
        examples=(_points(1, 100), _points(2, 101), _points(3, 600), _points(4, 700)),
        choice="Two examples put a value that equals a bound on different sides; it belongs below, as in the one that "
        "spells the intervals out (1-100, 101-400, 401-600). Above the last bound lies one interval more.",
    ),
)
