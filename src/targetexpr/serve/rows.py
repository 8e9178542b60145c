"""Every statement on the database, by what it is for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

_SECOND = ("CREATE TABLE told(id INTEGER PRIMARY KEY AUTOINCREMENT, target INTEGER NOT NULL, body TEXT NOT NULL)",)
"""What the second layout has more than the first."""

SCHEMA = (
    "CREATE TABLE groups(id INTEGER PRIMARY KEY, active INTEGER NOT NULL, user_made INTEGER NOT NULL,"
    " body TEXT NOT NULL, attribution TEXT NOT NULL, created INTEGER NOT NULL, ended TEXT)",
    # Names are unique by kind in the organisation, periods' within their group (the scope); the index settles who
    # was first when several ask at once.
    "CREATE TABLE names(kind TEXT, scope INTEGER, folded TEXT, group_id INTEGER NOT NULL,"
    " PRIMARY KEY(kind, scope, folded)) WITHOUT ROWID",
    "CREATE TABLE targets(id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL)",
    "CREATE TABLE users(id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE parts(group_id INTEGER, customer TEXT, enrolled_at TEXT NOT NULL, since TEXT, until TEXT,"
    " PRIMARY KEY(group_id, customer)) WITHOUT ROWID",
    "CREATE INDEX parts_customer ON parts(customer)",
    "CREATE TABLE records(seq INTEGER PRIMARY KEY, id TEXT NOT NULL, customer TEXT NOT NULL, at INTEGER NOT NULL,"
    " fed TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX records_customer ON records(customer, at)",
    "CREATE INDEX records_id ON records(id)",
    "CREATE TABLE repeated(id TEXT PRIMARY KEY) WITHOUT ROWID",
    # Ids of rows that the platform's database has of a customer: one per target and period, one per streak level.
    "CREATE TABLE own(id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL, kind TEXT NOT NULL,"
    " part INTEGER NOT NULL, place TEXT NOT NULL, UNIQUE(customer, kind, part, place))",
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE sequences(kind TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID",
    *(
        _SECOND := (
            "CREATE TABLE told(id INTEGER PRIMARY KEY AUTOINCREMENT, target INTEGER NOT NULL, body TEXT NOT NULL)",
        )
    ),
)
UPGRADES = {1: _SECOND}
"""What a file of an earlier layout lacks."""

NamedKind: TypeAlias = Literal["group", "target", "level", "period"]
ORGANISATION = 0


class GroupRow(NamedTuple):
    """A group as it is kept: its answered body, and what only reads show."""

    id: int
    active: bool
    user_made: bool
    body: str
    attribution: str
    created: int  # epoch milliseconds
    ended: str | None = None  # of a deactivated group its body until then; when that was is in the attribution


class Participation(NamedTuple):
    """How a customer takes part in a group. `since` and `until` are what an evaluation takes."""

    customer: str
    enrolled_at: str  # "" for one who came by a record
    since: str | None
    until: str | None


class RowKey(NamedTuple):
    """What a row of a customer's own is for; the platform has one per target and period, and one per level."""

    kind: Literal["target", "level"]
    owner: int  # the target's or the level's id
    period: str  # the period's id, or a cycle's number; "" of levels


class RecordRow(NamedTuple):
    """A record as it was fed."""

    seq: int
    fed: str
    body: str


_GROUP = "id, active, user_made, body, attribution, created, ended"
_FIRST = "NOT EXISTS (SELECT 1 FROM records AS other WHERE other.id=mine.id AND other.at<mine.at)"
_RIVAL = (
    "EXISTS (SELECT 1 FROM records AS other"
    " WHERE other.id=mine.id AND other.at=mine.at AND other.customer<>mine.customer)"
)


class Rows:
    """The statements, within a transaction of `Store`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._many = connection.executemany

    def _value(self, statement: str, values: Sequence[object] = ()) -> Any:
        found = self._run(statement, values).fetchone()
        return None if found is None else found[0]

    # Settings and sequences

    def settings(self) -> Mapping[str, Any]:
        """Every setting that is not the default; what JSON gives, each of the type that was checked when it was set."""
        return {name: json.loads(value) for name, value in self._run("SELECT name, value FROM settings")}

    def set(self, name: str, value: object) -> None:
        """Keeps a setting; None goes back to the default."""
        if value is None:
            self._run("DELETE FROM settings WHERE name=?", (name,))
        else:
            self._run("INSERT OR REPLACE INTO settings VALUES(?,?)", (name, json.dumps(value)))

    def sequences(self) -> dict[str, int]:
        """The next id of each sequence that has been used or set."""
        return dict(self._run("SELECT kind, next FROM sequences").fetchall())

    def set_sequences(self, following: Mapping[str, int]) -> None:
        """Where each sequence goes on."""
        self._many("INSERT OR REPLACE INTO sequences VALUES(?,?)", list(following.items()))

    # Groups, targets and names

    def count_groups(self) -> int:
        """How many groups there are."""
        return int(self._value("SELECT count(*) FROM groups"))

    def add_group(self, row: GroupRow) -> None:
        """A new group. Raises sqlite3.IntegrityError for an id that is taken."""
        self._run("INSERT INTO groups VALUES(?,?,?,?,?,?,?)", row)

    def change_group(self, row: GroupRow) -> None:
        """The group as it is now."""
        self._run(
            "UPDATE groups SET active=?, user_made=?, body=?, attribution=?, created=?, ended=? WHERE id=?",
            (*row[1:], row.id),
        )

    def group(self, id: int) -> GroupRow | None:
        """One group."""
        found = self._run(f"SELECT {_GROUP} FROM groups WHERE id=?", (id,)).fetchone()
        return None if found is None else _group_row(found)

    def groups(self, *, only_active: bool = False, user_made: bool = True) -> list[GroupRow]:
        """All groups, or those that are active, or that users did not make."""
        statement = f"SELECT {_GROUP} FROM groups WHERE active>=? AND user_made<=? ORDER BY id"
        return [_group_row(found) for found in self._run(statement, (int(only_active), int(user_made)))]

    def add_names(self, kind: NamedKind, scope: int, names: Iterable[str], group: int) -> None:
        """Names that are now taken. Raises sqlite3.IntegrityError when one is already."""
        rows = [(kind, scope, name.casefold(), group) for name in names]
        self._many("INSERT INTO names VALUES(?,?,?,?)", rows)

    def remove_name(self, kind: NamedKind, scope: int, name: str) -> None:
        """A name that is free again."""
        self._run("DELETE FROM names WHERE kind=? AND scope=? AND folded=?", (kind, scope, name.casefold()))

    def is_taken(self, kind: NamedKind, name: str, scope: int | None = ORGANISATION) -> bool:
        """Whether something of a kind has the name, upper and lower case alike; `scope` None looks everywhere."""
        if scope is None:
            return self._value("SELECT 1 FROM names WHERE kind=? AND folded=?", (kind, name.casefold())) is not None
        values = (kind, scope, name.casefold())
        return self._value("SELECT 1 FROM names WHERE kind=? AND scope=? AND folded=?", values) is not None

    def add_targets(self, ids: Iterable[int], group: int) -> None:
        """Targets by which their group is found. Raises sqlite3.IntegrityError for an id that is taken."""
        self._many("INSERT INTO targets VALUES(?,?)", [(target, group) for target in ids])

    def group_of_target(self, target: int) -> int | None:
        """The group that has a target."""
        found = self._value("SELECT group_id FROM targets WHERE id=?", (target,))
        return None if found is None else int(found)

    def communications(self, target: int) -> dict[int, str]:
        """What is kept to be told about a target, by id."""
        return dict(self._run("SELECT id, body FROM told WHERE target=? ORDER BY id", (target,)).fetchall())

    def add_communication(self, target: int) -> int:
        """A new one, empty as yet; its id."""
        return int(self._run("INSERT INTO told(target, body) VALUES(?, '')", (target,)).lastrowid or 0)

    def set_communication(self, id: int, body: str) -> None:
        """What it is from now on."""
        self._run("UPDATE told SET body=? WHERE id=?", (body, id))

    # Users and the groups they take part in

    def add_users(self, ids: Iterable[str]) -> int:
        """Users that are known from now on; how many were not before."""
        return self._many("INSERT OR IGNORE INTO users VALUES(?)", [(user,) for user in ids]).rowcount

    def has_user(self, id: str) -> bool:
        """Whether a user is known."""
        return self._value("SELECT 1 FROM users WHERE id=?", (id,)) is not None

    def participation(self, group: int, customer: str) -> Participation | None:
        """How one customer takes part in a group, if there ever was an enrolment."""
        statement = "SELECT customer, enrolled_at, since, until FROM parts WHERE group_id=? AND customer=?"
        found = self._run(statement, (group, customer)).fetchone()
        return None if found is None else Participation(*found)

    def participations_of(self, customer: str) -> dict[int, Participation]:
        """Every enrolment of one customer, by group."""
        statement = "SELECT group_id, customer, enrolled_at, since, until FROM parts WHERE customer=?"
        return {group: Participation(*found) for group, *found in self._run(statement, (customer,))}

    def participations(self, group: int) -> list[Participation]:
        """Every enrolment into a group."""
        statement = "SELECT customer, enrolled_at, since, until FROM parts WHERE group_id=? ORDER BY customer"
        return [Participation(*found) for found in self._run(statement, (group,))]

    def set_participation(self, group: int, participation: Participation) -> None:
        """How a customer takes part from now on."""
        self._run("INSERT OR REPLACE INTO parts VALUES(?,?,?,?,?)", (group, *participation))

    def row_ids(self, customer: str) -> dict[RowKey, int]:
        """The ids of a customer's rows that were given so far."""
        statement = "SELECT kind, part, place, id FROM own WHERE customer=?"
        return {RowKey(*found[:3]): found[3] for found in self._run(statement, (customer,))}

    def first_row_id(self, customer: str) -> int | None:
        """The first id that a customer's rows were given; ids never come again, so it is another after a reset."""
        found = self._value("SELECT min(id) FROM own WHERE customer=?", (customer,))
        return None if found is None else int(found)

    def add_row_ids(self, customer: str, keys: Iterable[RowKey]) -> None:
        """Gives ids to rows that have none, in their order."""
        known = self.row_ids(customer)
        fresh = [(customer, *key) for key in dict.fromkeys(keys) if key not in known]
        self._many("INSERT INTO own(customer, kind, part, place) VALUES(?,?,?,?)", fresh)

    # Records

    def add_record(self, id: str, customer: str, at: int, fed: str, body: str) -> bool:
        """A record; whether its id is new. All that come with one id are kept: evaluation decides which counts."""
        new = self._value("SELECT 1 FROM records WHERE id=? LIMIT 1", (id,)) is None
        self._run("INSERT INTO records(id, customer, at, fed, body) VALUES(?,?,?,?,?)", (id, customer, at, fed, body))
        if not new:
            self._run("INSERT OR IGNORE INTO repeated VALUES(?)", (id,))
        return new

    def has_body(self, id: str, body: str) -> bool:
        """Whether a record came with exactly this text more than once."""
        return int(self._value("SELECT count(*) FROM records WHERE id=? AND body=?", (id, body))) > 1

    def records(self) -> Iterator[RecordRow]:
        """Every record."""
        return map(RecordRow._make, self._run("SELECT seq, fed, body FROM records ORDER BY seq"))

    def records_of(self, customer: str) -> list[RecordRow]:
        """What one customer's progress depends on: the records, and all that came with an id of one of them."""
        statement = (
            "SELECT seq, fed, body FROM records WHERE customer=? UNION"
            " SELECT other.seq, other.fed, other.body FROM records AS mine JOIN repeated ON repeated.id=mine.id"
            " JOIN records AS other ON other.id=mine.id WHERE mine.customer=? ORDER BY 1"
        )
        return [RecordRow._make(found) for found in self._run(statement, (customer, customer))]

    def page_of_records(self, customer: str | None, limit: int, skipped: int) -> list[RecordRow]:
        """So many records of one customer, or of everybody, in the order in which they were fed."""
        where, values = ("", ()) if customer is None else ("WHERE customer=?", (customer,))
        statement = f"SELECT seq, fed, body FROM records {where} ORDER BY seq LIMIT ? OFFSET ?"
        return [RecordRow._make(found) for found in self._run(statement, (*values, limit, skipped))]

    def count_records(self, customer: str | None) -> int:
        """How many records there are of one customer, or of everybody."""
        if customer is None:
            return int(self._value("SELECT count(*) FROM records"))
        return int(self._value("SELECT count(*) FROM records WHERE customer=?", (customer,)))

    def has_record(self, customer: str, until: int) -> bool:
        """Whether a customer has a record by then (epoch microseconds); of those with one id the earliest counts.

        Not those that came for others too, at the same instant: see `disputed`.
        """
        statement = f"SELECT 1 FROM records AS mine WHERE customer=? AND at<=? AND {_FIRST} AND NOT {_RIVAL} LIMIT 1"
        return self._value(statement, (customer, until)) is not None

    def customers(self, until: int) -> frozenset[str]:
        """Everybody with a record by then, as `has_record` has it."""
        statement = f"SELECT DISTINCT customer FROM records AS mine WHERE at<=? AND {_FIRST} AND NOT {_RIVAL}"
        return frozenset(found[0] for found in self._run(statement, (until,)))

    def disputed(self, until: int) -> list[RecordRow]:
        """What came with one id at one instant for several customers: evaluation decides whom it counts for."""
        statement = (
            "SELECT seq, fed, body FROM repeated JOIN records AS mine ON mine.id=repeated.id"
            f" WHERE at<=? AND {_FIRST} AND {_RIVAL} ORDER BY seq"
        )
        return [RecordRow._make(found) for found in self._run(statement, (until,))]

    def counts(self) -> dict[str, int]:
        """How much there is of everything."""
        tables = ("groups", "users", "records")
        return {table: int(self._value(f"SELECT count(*) FROM {table}")) for table in tables}

    def clear(self, *, settings: bool) -> None:
        """Takes everything out; settings only when asked."""
        for table in (
            "groups",
            "names",
            "targets",
            "users",
            "parts",
            "records",
            "repeated",
            "own",
            "told",
            "sequences",
        ):
            self._run(f"DELETE FROM {table}")
        if settings:
            self._run("DELETE FROM settings")


def _group_row(found: tuple[Any, ...]) -> GroupRow:
    number, active, user_made, *rest = found
    return GroupRow(number, bool(active), bool(user_made), *rest)
