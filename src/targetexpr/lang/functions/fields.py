"""Tests of custom fields and of clusters (customer segments)."""

from __future__ import annotations

from dataclasses import replace

from targetexpr.lang.functions.model import (
    Example,
    Function,
    Overload,
    Parameter,
    Receiver,
    TestPhrase,
    overload,
)
from targetexpr.lang.functions.values import FILLED
from targetexpr.lang.types import BOOLEAN, STRING

_FIELD = Parameter(name="customFieldName", type=STRING, role="custom-field")
_FIELD_VALUE = Parameter(name="customFieldValue", type=STRING, role="custom-value")
_CLUSTER = Parameter(name="clusterName", type=STRING, role="cluster")
_CLUSTER_VALUE = Parameter(name="clusterValue", type=STRING, role="cluster-value")

_CONTEXT: dict[str, object] = {
    "currentCustomer": {
        "customFields": {"gender": "Male", "hobbies": ["golf", "chess"]},
        "clusters": {"Behavioral Segment": "Home Lovers"},
    }
}


def _includes(subject: str) -> TestPhrase:
    return TestPhrase(
        holds="includes {1}",
        fails="does not include {1}",
        must="include {1}",
        must_not="not include {1}",
        subject=subject,
    )


_FIELD_INCLUDES = _includes("custom field {0} of {profile}")
_FIELD_EXISTS = replace(FILLED, subject=_FIELD_INCLUDES.subject)
_CLUSTER_INCLUDES = _includes("cluster {0} of {profile}")


def _test(
    name: str,
    receiver: Receiver,
    phrase: TestPhrase,
    arguments: Overload,
    doc: str,
    *examples: tuple[str, bool],
    choice: str | None = None,
) -> Function:
    return Function(
        name=name,
        receiver=receiver,
        overloads=(arguments,),
        doc=doc,
        meaning=name,
        phrase=phrase,
        reads="clusters" if receiver == "clusters" else "customFields",
        examples=tuple(
            Example(expression=f"currentCustomer.{name}{call}", context=_CONTEXT, result=result)
            for call, result in examples
        ),
        choice=choice,
    )


FIELD_FUNCTIONS: tuple[Function, ...] = (
    _test(
        "customFieldValueIncludes",
        "fields",
        _FIELD_INCLUDES,
        overload(_FIELD, _FIELD_VALUE, result=BOOLEAN),
        "Whether the custom field has the value, or has it in its list; false when the field is missing.",
        ('("gender","Male")', True),
        ('("hobbies","chess")', True),
        ('("city","Pune")', False),
        choice="One index names the parameters after clusters and speaks of a returned value; it is a test.",
    ),
    _test(
        "customFieldValueExcludes",
        "fields",
        _FIELD_INCLUDES.opposite(),
        overload(_FIELD, _FIELD_VALUE, result=BOOLEAN),
        "Whether the custom field does not have the value; true when the field is missing.",
        ('("gender","Male")', False),
        ('("city","Pune")', True),
        choice="Two examples use it where the prose wants the value present; it means what its name says.",
    ),
    _test(
        "customFieldValueExists",
        "fields",
        _FIELD_EXISTS,
        overload(_FIELD, result=BOOLEAN),
        "Whether the custom field is filled.",
        ('("gender")', True),
        ('("city")', False),
        choice="The syntax line shows two arguments, the example the field's name alone; it takes the name.",
    ),
)

CLUSTER_FUNCTIONS: tuple[Function, ...] = (
    _test(
        "clusterValueIncludes",
        "clusters",
        _CLUSTER_INCLUDES,
        overload(_CLUSTER, _CLUSTER_VALUE, result=BOOLEAN),
        "Whether the customer is in the segment; false when the cluster is missing.",
        ('("Behavioral Segment","Home Lovers")', True),
        ('("Region","North")', False),
    ),
    _test(
        "clusterValueExcludes",
        "clusters",
        _CLUSTER_INCLUDES.opposite(),
        overload(_CLUSTER, _CLUSTER_VALUE, result=BOOLEAN),
        "Whether the customer is not in the segment; true when the cluster is missing.",
        ('("Behavioral Segment","Home Lovers")', False),
        ('("Region","North")', True),
    ),
)
