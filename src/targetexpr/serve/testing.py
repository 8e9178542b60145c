"""What tests need: a sandbox in their own process, and the assertion that a customer earns a level."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from targetexpr.targets import StreakProgress, TargetGroup
    from targetexpr.targets.progress.results import CustomerProgress

_BASE = "http://sandbox"
_ROUTE = "/v3/targetGroups"

_T = TypeVar("_T")


class Sandbox:
    """A sandbox in memory, asked without a network. Close it, or use it in a `with`; the fixture does so.

    >>> with Sandbox() as sandbox:
    ...     sandbox.at("2024-01-01T09:00:00Z")
    ...     sandbox.get("/sandbox/clock").json()["data"]["now"]
    '2024-01-01T09:00:00.000Z'
    """

    def __init__(self) -> None:
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        import httpx

        from targetexpr.serve.app import create_app

        self._app = create_app()
        # A thread of its own: a test that runs in a loop of events may use it as well.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="targetexpr-sandbox")
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=True)
        self._http = httpx.AsyncClient(transport=transport, base_url=_BASE)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forgets everything. A closed sandbox cannot be asked."""
        self._run(self._http.aclose())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()
        self._app.state.store.close()

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._thread.submit(self._runner.run, work).result()

    # --- any call, answered whatever it is

    def request(self, method: str, path: str, body: object = None) -> httpx.Response:
        """The answer to a call; a body is anything that JSON can write, or JSON itself as text."""
        if body is None:
            return self._run(self._http.request(method, path))
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self._run(
            self._http.request(method, path, content=content, headers={"Content-Type": "application/json"})
        )

    def get(self, path: str) -> httpx.Response:
        """`GET path`."""
        return self.request("GET", path)

    def post(self, path: str, body: object = None) -> httpx.Response:
        """`POST path`."""
        return self.request("POST", path, body)

    def put(self, path: str, body: object = None) -> httpx.Response:
        """`PUT path`."""
        return self.request("PUT", path, body)

    def delete(self, path: str) -> httpx.Response:
        """`DELETE path`."""
        return self.request("DELETE", path)

    # --- what must be done; AssertionError with the answer when it is not

    def create(self, group: object) -> dict[str, Any]:
        """A group from the body of a request; what is answered, ids and all."""
        made: dict[str, Any] = self._done("POST", _ROUTE, group)
        return made

    def enroll(self, group: Mapping[str, Any], customer: object, period: str | None = None) -> None:
        """A customer takes part in a group that was created: in a streak from now on, in others from a period on."""
        path = f"{_ROUTE}/{group['id']}/targets/{group['targets'][0]['id']}/enroll"
        self._done("POST", path, {"customerId": customer} | ({} if period is None else {"periodName": period}))

    def at(self, now: str | datetime) -> None:
        """Stops the clock at an instant: `"2024-01-01T09:00:00Z"`."""
        self._done("PUT", "/sandbox/clock", {"now": now if isinstance(now, str) else now.isoformat()})

    def advance(self, **by: int) -> str:
        """Moves the clock by `weeks days hours minutes seconds milliseconds`; where it stands then."""
        found: dict[str, str] = self._done("POST", "/sandbox/clock/advance", by)
        return found["now"]

    def feed(self, *records: Mapping[str, Any]) -> dict[str, int]:
        """Feeds records, all or none of them; how many were accepted and how many had come before."""
        found: dict[str, int] = self._done("POST", "/sandbox/records", list(records))
        return found

    def progress(self, customer: object) -> list[dict[str, Any]]:
        """A customer's progress in each group, as the platform answers it."""
        found: dict[str, list[dict[str, Any]]] = self._done("GET", f"/v3/users/{customer}/targetGroups")
        return found["targetGroups"]

    def _done(self, method: str, path: str, body: object = None) -> Any:
        answer = self.request(method, path, body)
        if not answer.is_success:
            raise AssertionError(f"{method} {path} is answered with {answer.status_code}:\n{_reasons(answer)}")
        return answer.json()["data"]


def _reasons(answer: httpx.Response) -> str:
    """Why a call was refused, a line for each reason."""
    try:
        errors = answer.json()["errors"]
    except (ValueError, KeyError, TypeError):
        return answer.text
    lines = [f"  {one.get('pointer') or ''} {one.get('message')} {one.get('detail') or ''}" for one in errors or ()]
    return "\n".join(" ".join(line.split()) for line in lines) or answer.text


def assert_earns(
    group: TargetGroup | Mapping[str, object],
    records: Sequence[Mapping[str, object]],
    customer: object,
    level: str | int,
    **options: Any,
) -> None:
    """That a customer earns a level by these records; else AssertionError with what became of each record.

    `group` is a request, an answer or a `TargetGroup`; `level` the name of a streak level or its count. In a group
    without levels it is the name of a target that is to be achieved in some period, or that of a unified group itself.
    The options are those of `targetexpr.targets.evaluate`: timezone, now, returns, enrolment. Raises ValueError for a
    level that the group does not have; what evaluation raises is raised.

    >>> group = {"name": "g", "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31", "refCode": "January"}],
    ...          "targets": [{"name": "spend", "targetEntity": "TRANSACTION", "targetType": "SALES",
    ...                       "expression": "currentTxn.value>100", "defaultValues": [{"defaultValue": 500}]}]}
    >>> bill = {"id": "b1", "customerId": "ann", "type": "TransactionAdd", "date": "2024-01-05T10:00:00Z"}
    >>> assert_earns(group, [{**bill, "currentTxn": {"value": 620}}], "ann", "spend")
    >>> try:
    ...     assert_earns(group, [{**bill, "currentTxn": {"value": 320}}], "ann", "spend")
    ... except AssertionError as error:
    ...     print(error)
    ann does not earn spend
    <BLANKLINE>
    Customer ann
    <BLANKLINE>
    spend, January (2024-01-01 to 2024-01-31): 320 of 500, running
      + 2024-01-05 10:00:00  b1: counts 320
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    from targetexpr.targets import Tracker
    from targetexpr.targets.reports.customer import customer_report

    who = str(customer)
    tracker = Tracker(group, **options)
    for record in records:
        tracker.add(record)
    progress = tracker.result()
    found = progress.customers.get(who)
    if found is None:
        known = ", ".join(progress.customers) or "nobody"
        raise AssertionError(f"{who} takes no part: no record is theirs, or they are not enrolled; known: {known}")
    said = _missing(found, level, progress.plan.name)
    if said is None:
        return
    own = [record for record in records if str(record.get("customerId")) == who]
    story = customer_report(tracker, progress, own, who).to_text()
    raise AssertionError(f"{who} does not earn {said}\n\n{story}")


def _missing(found: CustomerProgress, level: str | int, group: str) -> str | None:
    """The level that a customer does not earn, and how far they are; None if they do."""
    if found.streak is not None:
        return _missing_level(found.streak, level)
    if found.unified is not None and level == group:
        return None if any(period.achieved for period in found.unified) else str(level)
    periods = [period for period in found.periods if period.target == level]
    if not periods:
        names = dict.fromkeys(period.target for period in found.periods)
        raise ValueError(f"no target is called {level!r}; expected one of {', '.join(names)}")
    return None if any(period.achieved for period in periods) else str(level)


def _missing_level(streak: StreakProgress, level: str | int) -> str | None:
    chosen = [one for one in streak.levels if level in (one.name, one.count)]
    if not chosen:
        names = ", ".join(f"{one.name} ({one.count})" for one in streak.levels)
        raise ValueError(f"no level is {level!r}; expected one of {names}")
    if any(one.period is not None for one in chosen):
        return None
    (first, *_) = chosen
    return f"{first.name}: it takes {first.count} periods, and the run is {streak.run}, the longest {streak.longest}"
