"""The rules of the figures, for this library, by hand in Python, and for other engines; the data they run on."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

import targetexpr

Data = dict[str, Any]
Run = Callable[[Data], object]

RULES = {
    "R1": "currentTxn.value>500",
    "R3": 'currentTxn.value>=100&&(currentCustomer.slabName=="Gold"||currentTxn.value>=300)',
    "R4": "currentTxn.discount<=(((currentTxn.value+currentTxn.discount)*40)/100)",
    "R5": (
        'currentCustomer.email.contains(".com")&&currentCustomer.firstname.matches("^[Jj]oh?n")'
        "&&(currentTxn.value%100<10||currentCustomer.currentPoints>=1000)&&currentCustomer.slabNumber!=3"
    ),
    "R6": 'currentTxn.basketSumIf("QUANTITY","GREATER_THAN_EQUALS_TO","3")>100',
}


def context(random: Random) -> Data:
    """One context: 10 fields of a transaction, 1 to 8 line items, 10 fields of a customer."""
    items = []
    for number in range(random.randint(1, 8)):
        quantity, rate = random.randint(1, 5), round(random.uniform(5, 60), 2)
        value, discount = round(quantity * rate, 2), random.choice([0.0, 0.0, 5.25])
        items.append(
            {
                "qty": quantity,
                "rate": rate,
                "value": value,
                "discount": discount,
                "amount": round(value - discount, 2),
                "code": f"sku{number}",
                "attributes": {"brand": random.choice(["Puma", "Nike"]), "category": "Shoes"},
            }
        )
    return {
        "currentTxn": {
            "number": "TX-1001",
            "value": round(random.uniform(0, 1000), 2),
            "discount": round(random.uniform(0, 400), 2),
            "grossAmount": 512.5,
            "points": 51,
            "pointsForUser": 51,
            "promisedPoints": 12,
            "date": "2025-05-27T18:40:00",
            "extField_channel": "B2C",
            "lineItems": items,
        },
        "currentCustomer": {
            "firstname": random.choice(["John", "Jon", "john", "Ann"]),
            "lastname": "Smith",
            "email": random.choice(["j@shop.com", "j@shop.com", "j@shop.in"]),
            "mobile": "919876543210",
            "slabName": random.choice(["Gold", "Silver"]),
            "slabNumber": random.randint(1, 4),
            "currentPoints": random.randint(0, 2000),
            "lifetimePoints": 4200,
            "numberOfVisits": 7,
            "joinDate": "2020-01-31",
        },
    }


def hot_set(size: int = 500) -> list[Data]:
    """The same contexts every time."""
    random = Random(6)
    return [context(random) for _ in range(size)]


def _by_hand() -> dict[str, Run]:
    search = re.compile("^[Jj]oh?n").search

    def r1(c: Data) -> object:
        return c["currentTxn"]["value"] > 500

    def r3(c: Data) -> object:
        txn = c["currentTxn"]
        return txn["value"] >= 100 and (c["currentCustomer"]["slabName"] == "Gold" or txn["value"] >= 300)

    def r4(c: Data) -> object:
        txn = c["currentTxn"]
        return txn["discount"] <= ((txn["value"] + txn["discount"]) * 40) / 100

    def r5(c: Data) -> object:
        customer = c["currentCustomer"]
        return (
            ".com" in customer["email"]
            and search(customer["firstname"]) is not None
            and (c["currentTxn"]["value"] % 100 < 10 or customer["currentPoints"] >= 1000)
            and customer["slabNumber"] != 3
        )

    def r6(c: Data) -> object:
        return sum(item["amount"] for item in c["currentTxn"]["lineItems"] if item["qty"] >= 3) > 100

    return {"R1": r1, "R3": r3, "R4": r4, "R5": r5, "R6": r6}


def _ours() -> dict[str, Run]:
    return {name: targetexpr.compile(text).matches for name, text in RULES.items()}


def _zen() -> dict[str, Run]:
    import zen

    texts = {
        "R1": "currentTxn.value > 500",
        "R3": 'currentTxn.value >= 100 and (currentCustomer.slabName == "Gold" or currentTxn.value >= 300)',
        "R4": "currentTxn.discount <= (((currentTxn.value + currentTxn.discount) * 40) / 100)",
        "R5": (
            'contains(currentCustomer.email, ".com") and matches(currentCustomer.firstname, "^[Jj]oh?n")'
            " and (currentTxn.value % 100 < 10 or currentCustomer.currentPoints >= 1000)"
            " and currentCustomer.slabNumber != 3"
        ),
        "R6": "sum(map(filter(currentTxn.lineItems, #.qty >= 3), #.amount)) > 100",
    }
    return {name: zen.compile_expression(text).evaluate for name, text in texts.items()}


# CEL has no remainder of floats and no sum: the whole part decides R5 alike, a function in Python adds up.
_CEL = {
    "R1": "currentTxn.value > 500.0",
    "R3": 'currentTxn.value >= 100.0 && (currentCustomer.slabName == "Gold" || currentTxn.value >= 300.0)',
    "R4": "currentTxn.discount <= (((currentTxn.value + currentTxn.discount) * 40.0) / 100.0)",
    "R5": (
        'currentCustomer.email.contains(".com") && currentCustomer.firstname.matches("^[Jj]oh?n")'
        " && (int(currentTxn.value) % 100 < 10 || currentCustomer.currentPoints >= 1000)"
        " && currentCustomer.slabNumber != 3"
    ),
    "R6": "total(currentTxn.lineItems.filter(i, i.qty >= 3).map(i, i.amount)) > 100.0",
}


def _cel_expr() -> dict[str, Run]:
    from cel_expr_python import cel

    def total(values: Any) -> float:
        return float(sum(value.value() if hasattr(value, "value") else value for value in values))

    names = {"currentTxn": cel.Type.DYN, "currentCustomer": cel.Type.DYN}
    overload = cel.Overload("total_list", cel.Type.DOUBLE, [cel.Type.LIST], False, total)
    env = cel.NewEnv(variables=names, functions=[cel.FunctionDecl("total", [overload])])

    def runner(text: str) -> Run:
        expression = env.compile(text)
        return lambda data: expression.eval(data=data).plain_value()

    return {name: runner(text) for name, text in _CEL.items()}


def _common_expression_language() -> dict[str, Run]:
    import cel

    def runner(text: str, *, total: bool) -> Run:
        program = cel.compile(text)
        if not total:
            return program.execute

        def run(data: Data) -> object:
            return program.execute(cel.Context(variables=data, functions={"total": lambda values: float(sum(values))}))

        return run

    return {name: runner(text, total=name == "R6") for name, text in _CEL.items()}


def _rule_engine() -> dict[str, Run]:
    import rule_engine

    context = rule_engine.Context(resolver=rule_engine.resolve_item)
    texts = {
        "R1": "currentTxn['value'] > 500",
        "R3": "currentTxn['value'] >= 100 and (currentCustomer['slabName'] == 'Gold' or currentTxn['value'] >= 300)",
        "R4": "currentTxn['discount'] <= (((currentTxn['value'] + currentTxn['discount']) * 40) / 100)",
        "R5": (
            "'.com' in currentCustomer['email'] and currentCustomer['firstname'] =~~ '^[Jj]oh?n'"
            " and (currentTxn['value'] % 100 < 10 or currentCustomer['currentPoints'] >= 1000)"
            " and currentCustomer['slabNumber'] != 3"
        ),
        "R6": "$sum([i['amount'] for i in currentTxn['lineItems'] if i['qty'] >= 3]) > 100",
    }
    return {name: rule_engine.Rule(text, context=context).matches for name, text in texts.items()}


def _cel_python() -> dict[str, Run]:
    import celpy

    env = celpy.Environment()

    def total(values: Any) -> object:
        return celpy.celtypes.DoubleType(sum(float(value) for value in values))

    def runner(text: str) -> Run:
        program = env.program(env.compile(text), functions={"total": total})
        return lambda data: bool(program.evaluate({name: celpy.json_to_cel(one) for name, one in data.items()}))

    return {name: runner(text) for name, text in _CEL.items()}


def _simpleeval() -> dict[str, Run]:
    import simpleeval

    search = re.compile("^[Jj]oh?n").search
    functions = {"total": sum, "john": lambda text: search(text) is not None}
    texts = {
        "R1": "currentTxn['value'] > 500",
        "R3": "currentTxn['value'] >= 100 and (currentCustomer['slabName'] == 'Gold' or currentTxn['value'] >= 300)",
        "R4": "currentTxn['discount'] <= (((currentTxn['value'] + currentTxn['discount']) * 40) / 100)",
        "R5": (
            "'.com' in currentCustomer['email'] and john(currentCustomer['firstname'])"
            " and (currentTxn['value'] % 100 < 10 or currentCustomer['currentPoints'] >= 1000)"
            " and currentCustomer['slabNumber'] != 3"
        ),
        "R6": "total([i['amount'] for i in currentTxn['lineItems'] if i['qty'] >= 3]) > 100",
    }

    def runner(text: str) -> Run:
        parsed = simpleeval.EvalWithCompoundTypes.parse(text)

        def run(data: Data) -> object:
            evaluator = simpleeval.EvalWithCompoundTypes(names=data, functions=functions)
            return evaluator.eval(text, previously_parsed=parsed)

        return run

    return {name: runner(text) for name, text in texts.items()}


ENGINES: dict[str, Callable[[], dict[str, Run]]] = {
    "hand-written Python": _by_hand,
    "targetexpr": _ours,
    "zen-engine": _zen,
    "cel-expr-python": _cel_expr,
    "common-expression-language": _common_expression_language,
    "rule-engine": _rule_engine,
    "simpleeval": _simpleeval,
    "cel-python": _cel_python,
}
