"""Counted things in sentences: `1 error`, `2,000 errors`, `no errors`."""

from __future__ import annotations


def counted(number: int, noun: str, *, none: str = "0") -> str:
    """A number and its noun, singular or plural; `none` is what stands for zero.

    >>> counted(1, "error"), counted(2000, "error"), counted(0, "error"), counted(0, "error", none="no")
    ('1 error', '2,000 errors', '0 errors', 'no errors')
    """
    return f"{f'{number:,}' if number else none} {noun}{'' if number == 1 else 's'}"
