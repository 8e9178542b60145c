"""One entry point under atheris: `python -m tests.fuzz.coverage_guided NAME [-max_total_time=300 ...]`.

Needs `pip install atheris`, which is no dependency of the tests. The corpus begins with the seeds of the entry point;
a folder that is given as an argument keeps it, as libFuzzer has it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Fuzzes until libFuzzer ends; an exception that is not documented stops it with the input that made it."""
    import atheris

    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["targetexpr"]):
        from tests.fuzz.entries import ENTRIES
    entry = ENTRIES[name]
    if not any(not argument.startswith("-") for argument in sys.argv[1:]):
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        for number, seed in enumerate(entry.seeds()):
            (folder / f"seed-{number}").write_bytes(seed)
        sys.argv.append(str(folder))
    atheris.Setup(sys.argv, entry.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
