"""What is raised for input that cannot be used, whoever reads it."""

from __future__ import annotations


class InputError(Exception):
    """Input that cannot be read; the message says which and why. A command that meets it ends with status 2."""
