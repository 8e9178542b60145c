"""While a rule is typed on a real terminal: completion, what is wrong, colours, types, pasting, several lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repl.commands import RULE
from tests.repl.terminal import answered, last, started

# ---- while typing ----------------------------------------------------------------------------------------------------


def test_completion_by_the_schema(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentCustomerP")
        terminal.wait_for("The customer's membership in a partner p")
        terminal.press("tab")
        last(terminal, "> currentCustomerPartner")
        terminal.press("ctrl-c")
        terminal.type("currentTxn.grossA")
        terminal.wait_for("grossAmount  real  Gross amount of the bill.")
        terminal.press("tab", "enter")
        last(terminal, "> currentTxn.grossAmount")
        terminal.type('>5&&currentTxn.basketSumIf("DISC')
        terminal.wait_for("DISCOUNT  field")
        terminal.press("tab", "enter")
        terminal.wait_for('basketSumIf("DISCOUNT"')
        terminal.type(',"NOT_')
        terminal.wait_for("NOT_EQUALS_TO  operator")
        terminal.press("ctrl-c")
        terminal.type(":sch")
        terminal.wait_for("what a rule can name")
        terminal.press("tab")
        last(terminal, "> :schema")
        terminal.press("ctrl-c")


def test_completion_in_the_middle_of_a_word_takes_its_place(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.grossAmnt>5")
        terminal.wait_for("has no attribute")
        terminal.press("left", "left", "left", "left", "tab")
        last(terminal, "> currentTxn.grossAmount>5")
        terminal.press("enter", "enter")
        terminal.wait_for("boolean  currentTxn.grossAmount > 5")
        terminal.type("currentCustomer.mbileNumber")
        terminal.press(*["left"] * len("bileNumber"))
        terminal.type("o")
        terminal.wait_for("Mobile number of the customer.")
        terminal.press("tab")
        last(terminal, "> currentCustomer.mobile")
        terminal.press("tab")
        last(terminal, "> currentCustomer.pointsRedeemedInCalendarMonth")
        terminal.press("ctrl-c")
        terminal.type(":")
        terminal.wait_for(":json [compact|editor] [RULE]")


def test_the_error_is_told_and_underlined_while_typing_and_a_key_fixes_it(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.valeu>500")
        terminal.wait_for("`currentTxn` has no attribute `valeu`.")
        terminal.wait_for("F2 Write `value`")
        terminal.wait_until(lambda: any(cell.underscore for cell in terminal.styles("> currentTxn.valeu")), "a mark")
        cells = terminal.styles("> currentTxn.valeu>500")[2:]
        assert [cell.underscore for cell in cells] == [False] * 11 + [True] * 5 + [False] * 4
        assert {cell.fg for cell in cells[11:16]} == {"red"}
        terminal.press("f2")
        last(terminal, "> currentTxn.value>500")
        terminal.wait_for("boolean  here: 500  number")
        marked = lambda: any(cell.underscore for cell in terminal.styles("> currentTxn.value>500"))  # noqa: E731
        terminal.wait_until(lambda: not marked(), "the mark is gone")
        terminal.press("f2")
        terminal.wait_for("there is nothing that F2 could fix")
        terminal.press("enter")
        answered(terminal, "boolean  currentTxn.value > 500")


def test_nothing_is_underlined_while_a_right_rule_is_typed(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        typed = ""
        for key in ("currentTxn", ".", "value", "=", "=", "5", "&", "&", "currentCustomer.slabName", "=", "=", '"'):
            typed += key
            terminal.type(key)
            last(terminal, "> " + typed)
            assert not any(cell.underscore for cell in terminal.styles("> " + typed)), typed


def test_the_signature_and_the_argument_being_typed(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type('currentTxn.basketSum("brand",')
        terminal.wait_for("basketSum(inventoryAttribute: string, attributeValue: string) -> real")
        assert all(cell.bold for cell in terminal.styles("attributeValue: string"))
        assert not any(cell.bold for cell in terminal.styles("inventoryAttribute: string"))
        terminal.type('"')
        terminal.wait_for('"brand","')
        assert "basketSum(inventoryAttribute: string, attributeValue: string) -> real" in terminal.text


def test_types_of_all_and_of_what_is_here(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type(RULE)
        terminal.wait_for("boolean  here: 500  number")
        for _ in range(5):
            terminal.press("left")
        terminal.wait_for("boolean  here: currentTxn.value  real  Net value of the bill.")


def test_colours_come_from_the_lexer(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type('currentTxn.number.contains("5(")&&true')
        terminal.wait_for("boolean")
        styles = {name: terminal.styles(name)[-1] for name in ("> currentTxn", ".number", ".contains", '"5("', "&&")}
        colours = [cell.fg for cell in styles.values()]
        assert colours == ["cyan", "blue", "magenta", "green", "default"]
        assert styles["&&"].bold


def test_the_matching_parenthesis(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        text = '(true&&(")"==currentTxn.number))'
        terminal.type(text)
        terminal.wait_for("boolean")
        assert [cell.reverse for cell in terminal.styles(text)] == [True] + [False] * 30 + [True]
        terminal.press("left", "left")
        terminal.wait_until(lambda: terminal.styles(text)[7].reverse, "the inner pair")
        assert [at for at, cell in enumerate(terminal.styles(text)) if cell.reverse] == [7, 30]


@pytest.mark.parametrize("value", ["1", "yes"])
def test_no_color_shows_no_colour(tmp_path: Path, value: str) -> None:
    with started(tmp_path, NO_COLOR=value) as terminal:
        terminal.type("currentTxn.valeu>500&&true")
        terminal.wait_for("has no attribute `valeu`")
        marked = lambda: any(cell.underscore for cell in terminal.styles("> currentTxn.valeu"))  # noqa: E731
        terminal.wait_until(marked, "errors are still underlined")
        terminal.press("enter")
        answered(terminal, "error[unknown-attribute]")
        terminal.press("ctrl-d")
        terminal.end()
        codes = [code for part in bytes(terminal.raw).split(b"\x1b[")[1:] if b"m" in part for code in colours_of(part)]
        assert codes == []


def colours_of(part: bytes) -> list[int]:
    """The colour codes of an escape sequence for styles."""
    body = part.split(b"m", 1)[0]
    if not all(byte in b"0123456789;" for byte in body):
        return []
    numbers = [int(number) for number in body.split(b";") if number]
    return [number for number in numbers if 30 <= number <= 38 or 40 <= number <= 48 or 90 <= number <= 107]


# ---- pasting and several lines ---------------------------------------------------------------------------------------


def test_a_pasted_rule_with_curly_quotes_is_offered_with_its_fixes(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.paste("currentCustomer.slabName==“Gold”")
        terminal.wait_for("to fix: F2 does it")
        terminal.press("f2")
        last(terminal, '> currentCustomer.slabName=="Gold"')
        terminal.press("enter")
        answered(terminal, 'boolean  currentCustomer.slabName == "Gold"')


def test_a_paste_over_several_lines_is_one_rule(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.paste("currentTxn.value>1\r\n&&currentTxn.value<9\r&&true\n\n")
        terminal.wait_for("> currentTxn.value>1\n. &&currentTxn.value<9\n. &&true")
        assert "boolean  currentTxn" not in terminal.text, "nothing is sent before Enter"
        terminal.press("enter")
        answered(terminal, "boolean  currentTxn.value > 1 && currentTxn.value < 9 && true")


def test_enter_goes_on_while_a_parenthesis_is_open(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.line("(currentTxn.value>1")
        last(terminal, ".")
        terminal.line("&&true)")
        answered(terminal, "boolean  currentTxn.value > 1 && true")
        terminal.type("true")
        terminal.press("alt-enter")
        last(terminal, ".")
        terminal.line("&&false")
        answered(terminal, "boolean  true && false")
        terminal.line("(half")
        last(terminal, ".")
        terminal.press("enter")
        answered(terminal, "error[")
