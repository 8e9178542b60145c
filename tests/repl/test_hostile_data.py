"""Data cannot drive the terminal of a session: in answers, in the text being typed, in menus and under the prompt."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.repl.terminal import started

BAD = "\x1b[35mA\x1b]0;B\x07C\x9b31mD\u202eF\u2066G\u200fH"
NEVER = re.compile("\x1b\\[35m|\x1b\\]0|[\x07\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What only data has here; the editor itself has codes that begin with ESC."""

RULE = f'currentCustomer.slabName=="{BAD}"'


def test_nothing_of_data_reaches_the_terminal_raw(tmp_path: Path) -> None:
    record = {"currentCustomer": {"slabName": BAD}, "currentTxn": {"value": 5, "number": BAD}}
    (tmp_path / "records.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    (tmp_path / f"{BAD.replace('/', '')}.json").write_text(json.dumps({"name": BAD}), encoding="utf-8")
    (tmp_path / "targetexpr-rules.toml").write_text(
        f"[rules.evil]\nexpression = {json.dumps(RULE)}\n", encoding="utf-8"
    )
    with started(tmp_path, rows=40) as terminal:
        for line, answer in (
            (":load records.jsonl", "1 record"),
            (":use evil", "yes"),
            (":explain", "slabName"),
            (":text", "slabName"),
            (":json", "arity"),
            (":rules", "evil"),
            (":load nowhere", "nowhere"),
        ):
            terminal.send(line)
            assert answer in terminal.text
        terminal.paste("currentTxn.number==" + json.dumps(BAD, ensure_ascii=False)[:-1] + "\u202e")
        terminal.wait_for("currentTxn.number")
        terminal.press("ctrl-c")
        terminal.ready()
        terminal.type(":open ")
        terminal.press("tab")
        offered = lambda: any(line.startswith("  ") and "records.jsonl" in line for line in terminal.lines)  # noqa: E731
        terminal.wait_until(offered, "the files")
        terminal.press("ctrl-c")
        terminal.ready()
        shown = terminal.raw.decode("utf-8")
    assert not (found := NEVER.search(shown)), shown[max(found.start() - 100, 0) : found.end() + 100]
