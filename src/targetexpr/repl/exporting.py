"""A rule as a target: written to a file of its own, or into the group that a file holds, everything else kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from targetexpr.base.errors import InputError
from targetexpr.base.replacing import Mark, Replaceable, alone_with, mark_of
from targetexpr.checking.result import Checked
from targetexpr.front import to_json
from targetexpr.lang.types import BOOLEAN
from targetexpr.syntax.printer import to_text

if TYPE_CHECKING:
    from targetexpr.base.diagnostics import Diagnostic
    from targetexpr.targets.model.json_values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTarget:
    """A target of a group file: where it stands, and its rule."""

    place: int
    name: str
    own_name: str | None  # as the file has it
    rule: str
    event: str | None


def need_pydantic() -> None:
    """Raises InputError when what target groups need is not installed."""
    if find_spec("pydantic") is None:
        raise InputError("target groups need pydantic: pip install 'targetexpr[targets]'")


def targets_of(path: str) -> list[OpenTarget]:
    """The targets of a group's file with their rules, twins left out. Raises InputError."""
    need_pydantic()
    from targetexpr.targets.model.bodies import shape_of
    from targetexpr.targets.model.envelope import PayloadError, UnifiedUpdate, build_group, group_in
    from targetexpr.targets.model.envelope import checked as checked_as
    from targetexpr.targets.model.events import event_of
    from targetexpr.targets.model.group import Target, TargetGroup

    document = _document(path, _text(path))
    try:
        where, inner = group_in(document)
        model = shape_of(inner) if isinstance(inner, dict) else None
        if model is not None and model[1] is Target:
            targets: Sequence[Target] = [checked_as(Target, inner, where)]
        elif model is not None and model[1] is UnifiedUpdate:
            targets = checked_as(UnifiedUpdate, inner, where).targets or ()
        else:
            group: TargetGroup = build_group(document)
            targets = group.targets or ()
    except (PayloadError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
    found = [
        OpenTarget(
            place=place,
            name=target.name or f"target {place + 1}",
            own_name=target.name,
            rule=target.rule,
            event=event_of(target),
        )
        for place, target in enumerate(targets)
        if not target.is_twin
    ]
    if not found:
        raise InputError(f"{path} holds no target; `:export {path}` adds the rule as one if it holds a group")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file that was written, so that it can be taken back."""

    what: str  # "group.json: the target gold was added"
    before: str | None  # None: there was no file
    after: str
    mark: Mark | None  # None: it went to a device
    mark_before: Mark | None


def export(
    checked: Checked,
    path: str,
    *,
    name: str,
    place: int | None,
    values: Sequence[str],
    opened: str | None = None,
) -> Exported:
    """Writes a rule to a file as a target.

    A file that holds a group keeps everything but the target's rule and, where values are given, these; and those of
    its twin: of the target at `place`, which must have the name `opened` still, else of the one of that name, else the
    target is added. A group that would come out with an error it did not have is left as it is. Nobody else exports to
    a file of that folder between its reading and its writing. Raises InputError; then nothing was written.
    """
    need_pydantic()

    if checked.type is None or not checked.type.fits(BOOLEAN):
        raise InputError("a target needs a condition, and this comes out as something else; compare it with a value")
    with alone_with(path) as file:
        before = _text(path) if os.path.exists(path) else None
        what, text = _with_target(checked, path, before, name=name, place=place, values=values, opened=opened)
        mark_before = mark_of(path)
        mark = _put_text(file, path, text)
        return Exported(what=what, before=before, after=text, mark_before=mark_before, mark=mark)


def take_back(path: str, exported: Exported) -> None:
    """The file as it was before, unless somebody else wrote it since, be it the same: their work stays.

    Raises InputError.
    """
    with alone_with(path) as file:
        if exported.mark is None or mark_of(path) != exported.mark or _text(path) != exported.after:
            raise InputError(f"{path} was changed since it was written here; it stays as it is")
        if exported.before is not None:
            _put_text(file, path, exported.before, exported.mark_before)
            return
        try:
            os.unlink(os.path.realpath(path))
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def _put_text(file: Replaceable, path: str, text: str, mark: Mark | None = None) -> Mark | None:
    try:
        return file.replace(text, devices=True, mark=mark)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def _with_target(
    checked: Checked,
    path: str,
    before: str | None,
    *,
    name: str,
    place: int | None,
    values: Sequence[str],
    opened: str | None,
) -> tuple[str, str]:
    """What is done, and the text of the file with it."""
    from targetexpr.targets.model.json_values import write_json

    target = _made(checked, name, values)
    if before is None:
        return f"{path}: the target {name}", write_json(target) + "\n"
    document = _document(path, before)
    known = set(_errors(document))
    if place is not None:
        place = _same_target(document, path, place, opened)
    what = f"{path}: " + _put(document, target, path, place)
    worse = [line for line in _errors(document) if line not in known]
    if worse:
        told = "\n".join(worse)
        hint = f"`:open {path}` takes a target out of it, and `:export` then writes the rule back there."
        raise InputError(f"nothing was written to {path}: the group would be invalid\n{told}\n{hint}")
    return what, write_json(document) + "\n"


def _same_target(document: JsonValue, path: str, place: int, name: str | None) -> int:
    """Where the target that was opened stands now. Raises InputError when it is there no more, or more than once."""
    targets = targets_in(document)
    if name is None or not targets or (place < len(targets) and targets[place].get("name") == name):
        return place
    named = [at for at, one in enumerate(targets) if one.get("name") == name]
    if len(named) != 1:
        how = "no target" if not named else "several targets"
        raise InputError(f"{path} was changed since `:open` and has {how} {name!r} now; nothing was written")
    return named[0]


def targets_in(document: JsonValue) -> list[dict[str, JsonValue]]:
    """The targets of a group, twins included; none of anything else."""
    from targetexpr.targets.model.envelope import PayloadError, group_in

    try:
        _, inner = group_in(document)
    except PayloadError:
        return []
    listed = inner.get("targets") if isinstance(inner, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def diagnostics(path: str) -> list[str]:
    """What is wrong with the group of a file, a line each; nothing for a file that holds a target alone."""
    return [str(diagnostic) for diagnostic in _diagnostics(_document(path, _text(path)))]


def _errors(document: JsonValue) -> list[str]:
    return [str(diagnostic) for diagnostic in _diagnostics(document) if diagnostic.is_error]


def _diagnostics(document: JsonValue) -> list[Diagnostic]:
    from targetexpr.targets.model.envelope import PayloadError, group_in, kind_of
    from targetexpr.targets.model.group import Target
    from targetexpr.targets.validation.validate import validate

    try:
        _, inner = group_in(document)
        if not isinstance(inner, dict) or kind_of(inner) is Target:
            return []
        return validate(document)  # type: ignore[arg-type]
    except PayloadError:
        return []  # what holds no group is refused where the target is put into it


def _made(checked: Checked, name: str, values: Sequence[str]) -> dict[str, JsonValue]:
    entity, kind, event = _tracks(checked)
    made: dict[str, JsonValue] = {"active": True, "name": name, "targetEntity": entity, "targetType": kind}
    if event is not None:
        made["eventName"] = event
    made |= {"enrolmentMethod": "TRANSACTION", "filters": [], **_rule(checked)}
    made["defaultValues"] = [{"defaultValue": value} for value in map(_number, values)]
    return made


def _rule(checked: Checked) -> dict[str, JsonValue]:
    return {"expression": to_text(checked.expr), "expressionJson": to_json(checked)}


def _tracks(checked: Checked) -> tuple[str, str, str | None]:
    """Entity, type and event that fit what a rule looks at: line items, an event of the organisation, or bills."""
    profiles = {read.profile for read in checked.reads}
    if "currentLineItem" in profiles:
        return "LINEITEM", "SALES", None
    event = None if checked.event is None else checked.schema.event(checked.event)
    of_an_event = checked.event is not None and (event is None or event.behavioural)
    if "currentTxn" not in profiles and ("currentEvent" in profiles or of_an_event):
        if checked.event is None:
            raise InputError("a target that looks at `currentEvent` tracks one event; say which with `:event NAME`")
        return "EVENT", "COUNT", checked.event
    return "TRANSACTION", "SALES", None


def _number(text: str) -> JsonValue:
    from targetexpr.lang.literals import is_number_text
    from targetexpr.targets.model.scalars import Number

    if not is_number_text(text):
        raise InputError(f"{text!r} is not a value for a target; give a number, such as 500 or 99.50")
    return int(text) if text.isdecimal() else Number(text)


def _put(document: JsonValue, target: dict[str, JsonValue], path: str, place: int | None) -> str:
    """Puts the target into what the file holds; what was done."""
    from targetexpr.targets.model.envelope import PayloadError, group_in, kind_of
    from targetexpr.targets.model.group import TWIN, Target, is_twin

    try:
        _, inner = group_in(document)
    except PayloadError as error:
        raise InputError(f"{path}: {error}; nothing was written") from None
    if not isinstance(inner, dict) or not inner.keys() & {"targets", "trackingType", "targetType", "periods", "name"}:
        raise InputError(f"{path} holds neither a group nor a target; nothing was written")
    rule = {key: target[key] for key in ("expression", "expressionJson")}
    values = cast("list[dict[str, JsonValue]]", target["defaultValues"])
    if kind_of(inner) is Target:
        _changed(inner, rule, values)
        return f"the rule of the target {inner.get('name')}"
    targets = inner.get("targets")
    if targets is None:  # as answers write what is not there
        targets = inner["targets"] = []
    if not isinstance(targets, list) or not all(isinstance(one, dict) for one in targets):
        raise InputError(f"{path}: its targets are not a list of objects; nothing was written")
    if place is None:
        named = [at for at, one in enumerate(targets) if one.get("name") == target["name"]]
        if len(named) > 1:
            raise InputError(
                f"{path} has {len(named)} targets {target['name']!r}, nothing was written; "
                f"`:open {path} NUMBER` says which one is meant"
            )
        place = named[0] if named else None
    if place is None or place >= len(targets):
        targets.append(target)
        return f"the target {target['name']} was added"
    name = targets[place].get("name")
    _changed(targets[place], rule, values)
    for other in targets:
        if is_twin(other.get("name"), other.get("eventName")) and other.get("name") == f"{name}{TWIN}":
            _changed(other, rule, values)  # the platform's copy that sees returns has the rule of its original
    return f"the rule of the target {name}"


def _changed(target: dict[str, JsonValue], rule: dict[str, JsonValue], values: Sequence[dict[str, JsonValue]]) -> None:
    """Gives a target a rule and, where there are any, values; what else stands beside each value stays."""
    target.update(rule)
    if values:
        before = target.get("defaultValues")
        kept = before if isinstance(before, list) else []
        old = [one if isinstance(one, dict) else {} for one in kept[: len(values)]]
        old += [{}] * (len(values) - len(old))
        target["defaultValues"] = [{**there, **value} for there, value in zip(old, values, strict=True)]


def _document(path: str, text: str) -> JsonValue:
    from targetexpr.targets.model.envelope import PayloadError, read_document

    try:
        return read_document(text)
    except PayloadError as error:
        raise InputError(f"{path}: {error}") from None


def _text(path: str) -> str:
    from targetexpr.base.source import STDIN
    from targetexpr.console.files import read_file

    return read_file(os.path.join(os.curdir, path) if path == STDIN else path).text
