"""The command, called inside this process."""

from __future__ import annotations

from tests.cli.conftest import call

__all__ = ["call"]
