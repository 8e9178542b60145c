"""What the exit status means, the same for every command."""

from __future__ import annotations

YES = 0
NO = 1
BAD_INPUT = 2
INTERRUPTED = 130
