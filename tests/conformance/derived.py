"""What follows from a text, by way of the second reader alone: its tree, its untyped JSON, its compact text.

Nothing here comes from the library. Members that a line of the kit lacks are filled in by
`python -m tests.conformance.derived`, to be read before they are committed; a test compares all of them, those that
were written by hand too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from targetexpr.conformance.cases import about, rows
from tests.second_reader import NotAnExpression, Tree, read
from tests.targets import naive

CASES = Path(__file__).parents[2] / "src" / "targetexpr" / "conformance" / "cases"
SHORT = 1_000
"""Longer texts stand for longer ones still, with `repeat`; what follows from them is left to their trees."""

MEMBERS = (
    "id", "text", "status", "fix", "expect", "unnoticed", "event", "layout", "also", "tree", "compact", "readable",
    "json", "diagnostics", "codes", "fixed", "pointer", "limits", "repeat", "guess", "error", "why",
)  # fmt: skip
"""The members of a line in their order."""


def sexpr(tree: Tree) -> str:
    """`(> (. currentTxn value) 500)`."""
    parts = [sexpr(operand) for operand in tree.operands]
    match tree.kind:
        case "number" | "name":
            return str(tree.label)
        case "string":
            return f'"{tree.label}"'
        case "boolean":
            return "true" if tree.label else "false"
        case "dereference":
            return f"(. {parts[0]} {tree.label})"
        case "method":
            return f"({' '.join(['call', parts[0], str(tree.label), *parts[1:]])})"
        case "function":
            return f"({' '.join(['apply', str(tree.label), *parts])})"
        case "conditional":
            return f"({' '.join(['?', *parts])})"
        case _:
            return f"({' '.join([str(tree.label), *parts])})"


def value(tree: Tree) -> dict[str, Any]:
    """The untyped expressionJson, as a value with its keys in order."""
    parts = [value(operand) for operand in tree.operands]
    name = {"arity": "name", "value": tree.label}
    match tree.kind:
        case "number":
            return {"arity": "literal", "value": tree.label, "type": "number:primitive"}
        case "string":
            return {"arity": "literal", "value": tree.label, "type": "string:object:primitive"}
        case "boolean":
            return {"arity": "literal", "value": "true" if tree.label else "false", "type": "boolean:primitive"}
        case "name":
            return name
        case "dereference":
            return {"arity": "object_dereference", "operands": [parts[0], name]}
        case "method":
            return {"arity": "method_call", "operands": [parts[0], name, *parts[1:]]}
        case "function":
            return {"arity": "function_call", "operands": [name, *parts]}
        case "unary":
            return {"arity": "unary_operation", "value": tree.label, "operands": parts}
        case "conditional":
            return {"arity": "ternary_operation", "value": "?", "operands": parts}
    last = parts.pop()
    while parts:
        last = {"arity": "binary_operation", "value": tree.label, "operands": [parts.pop(), last]}
    return last


def compact_json(tree: Tree) -> str:
    """The untyped expressionJson, compact."""
    return json.dumps(value(tree), ensure_ascii=False, separators=(",", ":"))


def sexpr_of_json(node: dict[str, Any]) -> str:
    """The tree of a valid expressionJson; the last term of an and/or list that is one of its kind is spliced."""
    arity, label = node["arity"], node.get("value")
    if arity == "literal":
        return f'"{label}"' if "string" in node["type"].split(":") else str(label)
    if arity == "name":
        return str(label)
    operands = [sexpr_of_json(operand) for operand in node["operands"]]
    if arity == "binary_operation" and label in ("&&", "||") and operands[1].startswith(f"({label} "):
        return f"({label} {operands[0]} {operands[1][len(label) + 2 : -1]})"
    heads = {"object_dereference": ".", "method_call": "call", "function_call": "apply", "ternary_operation": "?"}
    return f"({' '.join([heads.get(arity, str(label)), *operands])})"


def tree_of_document(document: str) -> str:
    """The tree of what the platform's editor writes; it escapes apostrophes, which is no JSON."""
    return sexpr_of_json(json.loads(document.replace("\\'", "'")))


_LOOSE = {"conditional": 0, "logical": 1, "unary": 6}
_BINDING = {"==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5}
_TIGHT = 9


def binding(tree: Tree) -> int:
    """How tightly the outermost operator of a tree binds."""
    return _BINDING[str(tree.label)] if tree.kind == "binary" else _LOOSE.get(tree.kind, _TIGHT)


def compact(tree: Tree) -> str:
    """The text without optional blanks, parentheses only where the tree needs them or a mix would need care."""

    def within(operand: Tree, least: int) -> str:
        return compact(operand) if binding(operand) >= least else f"({compact(operand)})"

    operands, label = tree.operands, str(tree.label)
    match tree.kind:
        case "number" | "name":
            return label
        case "string":
            return f'"{label}"'
        case "boolean":
            return "true" if tree.label else "false"
        case "function":
            return f"{label}({','.join(map(compact, operands))})"
        case "dereference" | "method":
            first = f"({compact(operands[0])})" if operands[0].kind == "number" else within(operands[0], _TIGHT)
            return f"{first}.{label}" + (f"({','.join(map(compact, operands[1:]))})" if tree.kind == "method" else "")
        case "unary":
            return label + within(operands[0], 6)
        case "conditional":
            return "{}?{}:{}".format(*(within(operand, 1) for operand in operands))
        case "logical":
            return label.join(within(operand, 2) for operand in operands)
    own = binding(tree)
    left, right = operands
    return within(left, 4 if own == 3 else own) + label + within(right, own + 1)


def line_of(row: dict[str, Any]) -> str:
    """A row as it stands in its file: what cannot be seen is escaped."""
    text = json.dumps(row, ensure_ascii=False)
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def derives(topic: str, row: dict[str, Any]) -> bool:
    """Whether a line should have all that follows from its text."""
    plain = "limits" not in row and "repeat" not in row and len(row.get("text", "")) < SHORT
    return plain and "text" in row and ("tree" in row or topic.startswith("documented/"))


def filled(row: dict[str, Any]) -> dict[str, Any]:
    """A row with what it lacks; what it has stays."""
    try:
        tree = read(row["text"])
    except NotAnExpression:
        return row
    found = {"tree": sexpr(tree), "compact": compact(tree), "json": compact_json(tree), **row}
    return {member: found[member] for member in MEMBERS if member in found}


STORY = ("id", "group", "records", "options", "expected", "why")
"""The members of a story in their order."""


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a story's customers, by the second evaluator of target groups."""
    found = naive.evaluate(row["group"], row["records"], **row.get("options", {}))
    for customer in found["customers"].values():
        for member in ("streak", "unified", "caps"):
            if customer[member] is None:
                del customer[member]
    return found


def without_paths(expected: dict[str, Any]) -> dict[str, Any]:
    """What a story comes to without the paths of what does not fit, of which the second evaluator knows nothing."""
    reported = dict(expected["reported"])
    return {**expected, "reported": {**reported, "errors": [each[:2] for each in reported["errors"]]}}


def main() -> None:
    """Fills in what the files lack."""
    for topic in about()["topics"]:
        if topic.startswith("progress/"):
            made = [{"expected": told(row), **row} for row in rows(topic)]
            text = "".join(line_of({name: row[name] for name in STORY if name in row}) + "\n" for row in made)
            (CASES / f"{topic}.jsonl").write_text(text, encoding="utf-8")
    for topic in about()["topics"]:
        if topic.partition("/")[0] in ("syntax", "documented", "typed"):
            made = [filled(row) if derives(topic, row) else row for row in rows(topic)]
            if topic.startswith("typed/"):
                made = [
                    row if "error" in row else {**row, "tree": tree_of_document(row["json"])} for row in rows(topic)
                ]
            text = "".join(line_of(row) + "\n" for row in made)
            (CASES / f"{topic}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
