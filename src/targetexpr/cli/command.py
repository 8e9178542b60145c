"""What a command is: a module that declares its arguments and runs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Protocol


class Command(Protocol):
    """What a command's module has."""

    DESCRIPTION: str
    EXAMPLES: str

    def arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, options: Namespace) -> int:
        """Do it; the exit status."""
