"""What SQL engines say each in their own way: one entry for each difference, as templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

DialectName: TypeAlias = Literal["duckdb", "spark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One engine's SQL. `{0}`, `{1}`, … are expressions already in parentheses where they need them.

    Times are without a zone and stand for instants in UTC. Days and numbers of minutes are whole numbers of 64 bits.
    """

    name: DialectName
    quote: str  # round names
    escapes: tuple[tuple[str, str], ...]  # in strings
    exponent: str  # what makes a decimal literal a double: "e0"
    whole: str  # a literal of 64 bits
    string_type: str
    is_finite: str
    field: str  # of a struct: {0} the struct, {1} the quoted name, {2} the name as a string
    round: str  # a double to the nearest whole, as a double
    to_whole: str  # a double to 64 bits, null where it is too large
    is_number: str  # whether a text is a number
    to_number: str  # a text that is one
    digits: str  # how many digits a text has
    contains: str
    matches: str
    to_utc: str  # a time with a zone
    of_utc: str  # back again: the instant that a time in UTC is
    at_clock: str  # {0} in UTC as the clock of the zone {1} shows it
    of_clock: str  # what the clock of the zone {1} shows as UTC; the later where it does so twice
    shift: str  # a time and a number of seconds
    micros: str  # of a time, since 1970
    micros_of_end: str  # of the first or the last of some times; so many where that one is infinite
    of_micros: str  # a time of so many
    milliseconds: str  # a whole number of them as a time
    weekday: str  # Sunday is 1
    days_between: str
    quotient: str  # of two whole numbers, the first of which is not negative
    minutes: str  # whole ones in a number of microseconds
    make_date: str
    time_literal: str
    key: str  # of a row with a `name` that is its own: short, and the same however often it is worked out
    leap_year: str = "({0} % 4 = 0 AND ({0} % 100 <> 0 OR {0} % 400 = 0))"
    let: str  # {0} under the name {1} in {2}, so that it is written, and worked out, once
    filter: str
    transform: str
    any: str  # whether there is an item for which a test holds
    length: str
    total: str  # of doubles, 0 for none
    list_contains: str
    entry: str  # of a map


DUCKDB = Dialect(
    name="duckdb",
    quote='"',
    escapes=(("'", "''"),),
    exponent="e0",
    whole="{0}",
    string_type="VARCHAR",
    is_finite="isfinite({0})",
    field="struct_extract({0}, {2})",
    round="round({0})",
    to_whole="TRY_CAST({0} AS BIGINT)",
    is_number="regexp_full_match({0}, '-?[0-9]+(?:\\.[0-9]*)?')",
    to_number="TRY_CAST({0} AS DOUBLE)",
    digits="length(regexp_replace({0}, '[^0-9]', '', 'g'))",
    contains="contains({0}, {1})",
    matches="regexp_matches({0}, {1})",
    to_utc="({0} AT TIME ZONE 'UTC')",
    of_utc="({0} AT TIME ZONE 'UTC')",
    at_clock="(({0} AT TIME ZONE 'UTC') AT TIME ZONE {1})",
    of_clock="(({0} AT TIME ZONE {1}) AT TIME ZONE 'UTC')",
    shift="({0} + to_seconds({1}))",
    micros="epoch_us({0})",
    micros_of_end="(CASE WHEN isfinite({0}) THEN epoch_us({0}) WHEN {0} IS NOT NULL THEN {1} END)",
    of_micros="make_timestamp({0})",
    milliseconds="make_timestamp(CAST({0} AS BIGINT) * 1000)",
    weekday="(dayofweek({0}) + 1)",
    days_between="abs(date_diff('day', {0}, {1}))",
    quotient="({0} // {1})",
    minutes="({0} // 60000000)",
    make_date="make_date({0}, {1}, {2})",
    time_literal="TIMESTAMP '{0}'",
    key="CAST(row_number() OVER () AS INTEGER)",
    let="list_transform([{0}], lambda {1}: {2})[1]",
    filter="list_filter({0}, lambda i: {1})",
    transform="list_transform({0}, lambda i: {1})",
    any="(len(list_filter({0}, lambda i: {1})) > 0)",
    length="len({0})",
    total="coalesce(list_sum({0}), 0e0)",
    list_contains="list_contains({0}, {1})",
    entry="map_extract({0}, {1})[1]",
)

SPARK = Dialect(
    name="spark",
    quote="`",
    escapes=(("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")),
    exponent="D",
    whole="{0}L",
    string_type="STRING",
    is_finite="(abs({0}) < double('Infinity'))",
    field="{0}.{1}",
    round="rint({0})",
    to_whole="try_cast({0} AS BIGINT)",
    is_number="({0} RLIKE '\\\\A-?[0-9]+(?:[.][0-9]*)?\\\\z')",
    to_number="try_cast({0} AS DOUBLE)",
    digits="length(regexp_replace({0}, '[^0-9]', ''))",
    contains="contains({0}, {1})",
    matches="({0} RLIKE {1})",
    to_utc="(timestamp_ntz'1970-01-01 00:00:00' + make_dt_interval(0, 0, 0, unix_micros({0}) / 1000000BD))",
    of_utc="timestamp_micros(timestampdiff(MICROSECOND, timestamp_ntz'1970-01-01 00:00:00', {0}))",
    at_clock="convert_timezone('UTC', {1}, {0})",
    of_clock="convert_timezone({1}, 'UTC', {0})",
    shift="({0} + make_dt_interval(0, 0, 0, {1}))",
    micros="timestampdiff(MICROSECOND, timestamp_ntz'1970-01-01 00:00:00', {0})",
    micros_of_end="timestampdiff(MICROSECOND, timestamp_ntz'1970-01-01 00:00:00', {0})",
    of_micros="(timestamp_ntz'1970-01-01 00:00:00' + make_dt_interval(0, 0, 0, {0} / 1000000BD))",
    milliseconds="(timestamp_ntz'1970-01-01 00:00:00' + make_dt_interval(0, 0, 0, {0} / 1000BD))",
    weekday="dayofweek({0})",
    days_between="CAST(abs(datediff({0}, {1})) AS BIGINT)",
    quotient="({0} div {1})",
    minutes="({0} div 60000000)",
    make_date="make_date({0}, {1}, {2})",
    time_literal="timestamp_ntz'{0}'",
    key="name",
    let="transform(array({0}), {1} -> {2})[0]",
    filter="filter({0}, i -> {1})",
    transform="transform({0}, i -> {1})",
    any="exists({0}, i -> {1})",
    length="CAST(array_size({0}) AS BIGINT)",
    total="aggregate({0}, 0D, (a, z) -> a + z)",
    list_contains="array_contains({0}, {1})",
    entry="element_at({0}, {1})",
)

DIALECTS: dict[DialectName, Dialect] = {"duckdb": DUCKDB, "spark": SPARK}
