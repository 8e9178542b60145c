"""Which call an offset is in: its overloads, and the parameter that the argument there is for."""

from __future__ import annotations

from dataclasses import dataclass

from targetexpr.base.source import Span
from targetexpr.ide.cursor import call_at
from targetexpr.ide.document import Document
from targetexpr.lang.functions import Overload


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterHelp:
    """One parameter of a signature."""

    name: str  # "inventoryAttribute"
    kind: str  # of value: "string"
    optional: bool
    values: tuple[str, ...]  # the documented ones, () when any value goes
    span: Span  # where it stands in the signature's label


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One overload, as it is shown."""

    label: str  # "basketSum(inventoryAttribute: string, attributeValue: string) -> real"
    parameters: tuple[ParameterHelp, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureHelp:
    """The call around an offset."""

    name: str  # "basketSum"
    doc: str
    signatures: tuple[Signature, ...]
    active: int  # the signature to show first: one that has a parameter for the argument
    argument: int  # which argument the offset is in, from 0

    @property
    def active_signature(self) -> Signature:
        """The signature to show first."""
        return self.signatures[self.active]

    @property
    def active_parameter(self) -> ParameterHelp | None:
        """The parameter that the argument is for; None where there are more arguments than parameters."""
        parameters = self.active_signature.parameters
        return parameters[self.argument] if self.argument < len(parameters) else None


def signature_help(document: Document, offset: int) -> SignatureHelp | None:
    """The innermost call whose arguments an offset is among; None where there is none, or nothing is known of it.

    >>> help = signature_help(Document('currentTxn.basketSum("brand",'), 29)
    >>> help.active_signature.label, help.active_parameter.name
    ('basketSum(inventoryAttribute: string, attributeValue: string) -> real', 'attributeValue')
    """
    call = call_at(document, offset)
    if call is None:
        return None
    overloads = call.function.overloads
    fitting = (place for place, overload in enumerate(overloads) if len(overload.parameters) > call.index)
    return SignatureHelp(
        name=call.function.name,
        doc=call.function.doc,
        signatures=tuple(_signature(call.function.name, overload) for overload in overloads),
        active=next(fitting, len(overloads) - 1),
        argument=call.index,
    )


def _signature(name: str, overload: Overload) -> Signature:
    label = f"{name}("
    parameters: list[ParameterHelp] = []
    for place, parameter in enumerate(overload.parameters):
        if parameter.role == "ignored":
            continue
        optional = place >= overload.required
        shown = f"[{parameter.name}]" if optional else parameter.name
        label += ", " if parameters else ""
        start = len(label)
        label += f"{shown}: {parameter.type.kind}"
        parameters.append(
            ParameterHelp(
                name=parameter.name,
                kind=parameter.type.kind,
                optional=optional,
                values=parameter.values,
                span=Span(start, len(label)),
            )
        )
    return Signature(label=f"{label}) -> {overload.result.head}", parameters=tuple(parameters))
