"""The folder where front ends keep what outlives them: history, drafts, the work of the studio."""

from __future__ import annotations

import os
from pathlib import Path


def state_folder() -> Path:
    """Where it is: `TARGETEXPR_STATE`, else the folder that the platform has for such things."""
    given = os.environ.get("TARGETEXPR_STATE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(base) / "targetexpr"
