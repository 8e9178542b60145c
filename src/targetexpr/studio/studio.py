"""What the routes of one studio share: what the command line said, the environments of rules, the work that is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from targetexpr.console.state_folder import state_folder
from targetexpr.front import Environment
from targetexpr.lang.schema.schema import Schema
from targetexpr.lsp.environments import Environments, Given
from targetexpr.studio.data import DataStore
from targetexpr.studio.work import Work

SchemaId: TypeAlias = Literal["bundled", "file"]
"""A schema as the page names it: the one of the platform, or that of `--schema`. A path never comes from the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line says, with the project's settings."""

    files: tuple[str, ...] = ()  # of records, opened at the start: "/home/asha/bills.csv"
    schema: str | None = None  # of a file; None for the bundled one
    event: str | None = None  # that the page begins with
    timezone: str = "UTC"


class Studio:
    """One running studio."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.work = Work(state_folder() / "studio")
        self.warnings: list[str] = []  # about the schema file, where it became invalid while the studio runs
        self.data = DataStore()
        self.data.open_files(settings.files)
        self._environments = {name: Environments(self.given(name), self.warnings.append) for name in self.schemas}

    @property
    def schemas(self) -> tuple[SchemaId, ...]:
        """The schemas that can be chosen; the first one is what the page begins with."""
        return ("bundled",) if self.settings.schema is None else ("file", "bundled")

    def given(self, schema: SchemaId) -> Given:
        """What the language server is told of a schema, as on a command line of its own."""
        return Given(
            schema=self.settings.schema if schema == "file" else None,
            event=self.settings.event,
            timezone=self.settings.timezone,
            reads_files=False,
            schemas={"bundled": Schema.bundled()},  # what the page can choose instead of what it began with
        )

    def environment(self, schema: SchemaId | None = None, event: str | None = None) -> Environment:
        """What a rule of the page is checked and evaluated in; a schema file that was changed is read again.

        Without a schema it is the one that the page begins with; without an event, all profiles can be named.
        """
        made = self._environments[schema or self.schemas[0]].of("studio:///rule.rule")
        return replace(made, event=event)
