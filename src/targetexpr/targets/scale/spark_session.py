"""A local Spark for one evaluation: found, or started without a word and ended; all that needs pyspark is here."""

from __future__ import annotations

import logging
import os
import subprocess
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import IO, Any, Protocol, TypeVar, cast
from uuid import uuid4

from targetexpr.base.errors import InputError
from targetexpr.tables.errors import MissingExtra
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.spark_engine import Frame, Session

LEAST_MEMORY = 512 * 2**20
"""Spark itself refuses less than some 450 MiB."""

_FEW = 100_000
"""Over so few rows it takes Spark longer to compile a query than to interpret it."""

Result = TypeVar("Result")

_ROWS_EACH = 250_000
_SECONDS = 10


class FileReader(Protocol):
    """What is used to read files."""

    def schema(self, schema: object, /) -> FileReader: ...
    def parquet(self, *paths: str) -> Frame: ...


class FileSession(Session, Protocol):
    """A session that reads files."""

    @property
    def read(self) -> FileReader: ...


class MissingSpark(MissingExtra):
    """Spark is not there, or has no Java to run on."""

    def __init__(self, library: str, reason: str) -> None:
        super().__init__(library)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def need_spark() -> None:
    """Raises MissingSpark where pyspark is not installed."""
    try:
        import_module("pyspark.sql")
        import_module("pyspark.java_gateway")
    except ImportError:
        raise MissingSpark(
            "pyspark",
            "Spark needs pyspark, which is not installed: pip install 'targetexpr[spark]'. It needs Java 17 as well",
        ) from None


def on_spark(work: Callable[[FileSession], Result], folder: str, rows: int, memory: int | None) -> Result:
    """What some work comes to, given a session with settings of its own on the local Spark of this process.

    Where none runs, one is started and ended; what it spills goes to the folder. `rows` is how many are evaluated,
    `memory` the most that Spark's own process takes. The work is done in a thread, so that Ctrl-C comes between two
    steps of ours, and not into a talk with Spark. Raises MissingSpark, NotSql for a Spark that is elsewhere, and
    InputError for what Spark does not finish.
    """
    need_spark()
    if memory is not None and memory < LEAST_MEMORY:
        raise InputError(f"{memory:,} bytes of memory are too few for Spark: give 512MiB at least")
    with _quiet():
        try:
            running = _running()
            if running is None:
                return _on_another(work, folder, rows, memory)
            if memory is not None:
                raise InputError("Spark runs already in this process, and keeps the memory that it was given")
            master = running.sparkContext.master
            if not master.startswith("local"):
                raise NotSql([f"Its workers on {master} may not see these files; `evaluate_spark` takes frames."])
            return _on_running(work, running, rows)
        except _failures() as error:
            raise InputError(f"Spark did not finish: {said(error)}") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """What pyspark thinks of pandas, and tracebacks of talks that end with Spark's process, are not for our users."""

    def not_of_talks(record: logging.LogRecord) -> bool:
        return "py4j" not in record.pathname

    root = logging.getLogger()  # where py4j logs these, beside its own
    root.addFilter(not_of_talks)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
            warnings.filterwarnings("ignore", category=RuntimeWarning, module="pyspark")
            yield
    finally:
        root.removeFilter(not_of_talks)


def _failures() -> tuple[type[Exception], ...]:
    """What is raised when Spark fails, or is gone."""
    return (
        import_module("pyspark.errors").PySparkException,
        import_module("py4j.protocol").Py4JError,
        ConnectionError,
    )


def said(error: Exception) -> str:
    """What Spark says, in a line."""
    lines = [line.strip(": \t") for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith("An error occurred while calling")]
    return told[0] if told else type(error).__name__


def unreadable() -> type[Exception]:
    """What is raised for files that Spark cannot read."""
    return cast("type[Exception]", import_module("pyspark.errors").AnalysisException)


def _running() -> Any:
    """The session of a Spark that runs in this process; None where there is none."""
    context = import_module("pyspark").SparkContext._active_spark_context  # which nothing else tells every thread
    return None if context is None else import_module("pyspark.sql").SparkSession(context)


def _own(session: Any, rows: int) -> FileSession:
    """A session of the same Spark whose settings are nobody else's."""
    own = session.newSession()
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.caseSensitive": "true",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
        "spark.sql.shuffle.partitions": str(max(os.cpu_count() or 1, rows // _ROWS_EACH)),
    }
    if rows <= _FEW:
        settings |= {
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
        }
    for name, value in settings.items():
        own.conf.set(name, value)
    return cast("FileSession", own)


def settings_of(folder: str, memory: int | None) -> Mapping[str, str]:
    """What a Spark is started with.

    >>> settings_of("/tmp/x", 2**30)["spark.driver.memory"]
    '1024m'
    """
    given = {
        "spark.app.name": "targetexpr",
        "spark.master": "local[*]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": folder,
    }
    return given if memory is None else {**given, "spark.driver.memory": f"{memory // 2**20}m"}


def _on_another(work: Callable[[FileSession], Result], folder: str, rows: int, memory: int | None) -> Result:
    """On a Spark that is started, in a process of its own, and ended."""
    pyspark = import_module("pyspark")
    conf = pyspark.SparkConf(loadDefaults=False)
    for name, value in settings_of(folder, memory).items():
        conf.set(name, value)

    def start() -> Any:
        return import_module("pyspark.sql").SparkSession(pyspark.SparkContext(conf=conf, gateway=launched.result()))

    with open(os.path.join(folder, "spark.log"), "w+b") as log, ThreadPoolExecutor(1) as thread:
        launched: Future[Any] = thread.submit(_launched, conf, log)
        started: Future[Any] = thread.submit(start)
        try:
            session = started.result()
            return thread.submit(lambda: work(_own(session, rows))).result()
        finally:
            _end(launched, started)
            pyspark.SparkContext._gateway = pyspark.SparkContext._jvm = None  # so that another one can be started


def _end(launched: Future[Any], started: Future[Any]) -> None:
    """Ends a Spark, which takes its files along, wherever it stands: its process is known once it was launched."""
    with suppress(*_failures()):  # where its process has gone
        if started.done() and started.exception() is None:
            started.result().stop()
    if launched.exception() is not None:
        return
    process: subprocess.Popen[bytes] = launched.result().proc
    process.terminate()
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _on_running(work: Callable[[FileSession], Result], running: Any, rows: int) -> Result:
    """On a Spark that somebody started, and goes on."""
    context = running.sparkContext
    group = f"targetexpr-{uuid4()}"

    def grouped() -> Result:
        context.setJobGroup(group, "targetexpr", interruptOnCancel=True)
        return work(_own(running, rows))

    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(grouped).result()
        except BaseException:
            context.cancelJobGroup(group)
            raise


def _launched(conf: object, log: IO[bytes]) -> Any:
    """Spark's own process, which says what it says to a file."""
    launch = import_module("pyspark.java_gateway").launch_gateway
    try:
        return launch(conf, popen_kwargs={"stdout": log, "stderr": log})
    except _failures():
        log.seek(0)
        lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines()]
        last = next((f" It says: {line}" for line in reversed(lines) if line), "")
        raise MissingSpark(
            "java",
            "Spark does not start. It needs Java 17 or later, as `java` on the PATH or in the folder that JAVA_HOME "
            f"names.{last}",
        ) from None
