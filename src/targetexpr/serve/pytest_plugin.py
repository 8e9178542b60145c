"""The pytest plugin: the fixtures `sandbox` and `assert_earns`. Nothing of the library is loaded until one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from targetexpr.serve.testing import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of the target group API in this process, new and empty for each test: create, feed, at, advance, …"""
    _need("fastapi", "httpx", "pydantic")
    from targetexpr.serve.testing import Sandbox

    with Sandbox() as made:
        yield made


@pytest.fixture(scope="session")
def assert_earns() -> Callable[..., None]:
    """`assert_earns(group, records, customer, level)`: that records earn a customer a level; else their story."""
    _need("pydantic")
    from targetexpr.serve import testing

    return testing.assert_earns


def _need(*modules: str) -> None:
    """Ends a test that cannot run for want of the extra."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in modules):
        pytest.fail("this fixture needs the extra: pip install 'targetexpr[pytest]'", pytrace=False)
