"""Worker processes: a few, each given one part after the other; none outlives the one who started it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO

import targetexpr
from targetexpr.targets.progress.tracker import PreparedGroup
from targetexpr.targets.scale.worker import Job, Part, PartResult, evaluate_part

MAIN = "from targetexpr.targets.scale.worker import main; main()"
"""What a worker process runs."""

_PATIENCE = 10  # seconds, from the end of what a process writes to its own


class WorkerError(RuntimeError):
    """A worker process failed, or was ended."""


def evaluate_parts(job: Job, ready: PreparedGroup, parts: Sequence[Part], processes: int) -> Iterator[PartResult]:
    """The results of parts, in any order. One process is this one."""
    if processes <= 1 or len(parts) == 1:
        for part in parts:
            yield evaluate_part(job, ready, part)
        return
    workers = [_Worker(job) for _ in range(min(processes, len(parts)))]
    try:
        yield from _divided(workers, list(parts))
    finally:
        for worker in workers:
            worker.end()


def _divided(workers: list[_Worker], parts: list[Part]) -> Iterator[PartResult]:
    """Each worker gets the next part when it is done with the one before."""
    parts = parts[::-1]
    with ThreadPoolExecutor(len(workers)) as threads:
        try:
            busy: dict[Future[PartResult], _Worker] = {
                threads.submit(worker.evaluate, parts.pop()): worker for worker in workers
            }
            while busy:
                done, _ = wait(busy, return_when=FIRST_COMPLETED)
                for future in done:
                    worker = busy.pop(future)
                    result = future.result()
                    if parts:
                        busy[threads.submit(worker.evaluate, parts.pop())] = worker
                    yield result
        except BaseException:
            for worker in workers:
                worker.end()  # so that no thread waits for an answer
            raise


class _Worker:
    def __init__(self, job: Job) -> None:
        home = str(Path(targetexpr.__file__).parent.parent)
        path = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", MAIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._job: Job | None = job

    def evaluate(self, part: Part) -> PartResult:
        """What comes of a part."""
        given, answers = self._pipes()
        try:
            if self._job is not None:
                pickle.dump(self._job, given)
                self._job = None
            pickle.dump(part, given)
            given.flush()
            answer = pickle.load(answers)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            raise WorkerError(self._how_it_ended()) from None
        if not isinstance(answer, PartResult):
            raise WorkerError(f"a worker process failed: {answer}")
        return answer

    def _how_it_ended(self) -> str:
        try:
            status = self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return "a worker process does not answer as it should"
        if status >= 0:
            return f"a worker process ended with status {status}; where memory is short, fewer processes take less"
        name = signal.Signals(-status).name
        return (
            f"a worker process was ended by signal {-status} ({name}), as is done where memory is short; fewer "
            "processes take less"
        )

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def end(self) -> None:
        """Ends it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in self._pipes():
            try:
                pipe.close()
            except OSError:  # what was written to it, and it did not read
                continue
