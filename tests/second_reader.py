"""A second reader of the language, written from its specification and on purpose unlike the library's.

No grammar, no parser generator, nothing imported from the library: a tokenizer that looks at one character at a
time and an operator-precedence automaton with two explicit stacks (Dijkstra's shunting yard). It has two modes.
The standard one gives `&&` the tighter binding. The other reads `&&` and `||` on one right-associative level, as
the platform's oldest editor did; printed text must mean the same tree in both.

    >>> read("a&&b||c").flat()[0], read("a&&b||c", one_level=True).flat()[0]
    (('logical', '||', 2), ('logical', '&&', 2))
"""

from __future__ import annotations

from dataclasses import dataclass, field

BLANKS = " \t\n\r\f\u00a0"
DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
BINDING = {
    "||": 1, "&&": 2,
    "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3,
    "+": 4, "-": 4,
    "*": 5, "/": 5, "%": 5,
}  # fmt: skip
COMPARISON = 3


class NotAnExpression(Exception):
    """The text is not in the language; `position` is where that was noticed."""

    def __init__(self, position: int, why: str) -> None:
        super().__init__(f"{why} at {position}")
        self.position = position


@dataclass
class Tree:
    """A node. `start` and `end` are its own text; `outer` also takes in the parentheses round it."""

    kind: str
    label: object
    operands: list[Tree]
    start: int
    end: int
    outer: tuple[int, int] = field(default=(0, 0))

    def __post_init__(self) -> None:
        self.outer = (self.start, self.end)

    def flat(self) -> list[tuple[str, object, int]]:
        """Preorder list of kind, label, number of operands."""
        return [(node.kind, node.label, len(node.operands)) for node in self.nodes()]

    def spans(self) -> list[tuple[int, int]]:
        """Spans in preorder."""
        return [(node.start, node.end) for node in self.nodes()]

    def nodes(self) -> list[Tree]:
        out: list[Tree] = []
        waiting = [self]
        while waiting:
            node = waiting.pop()
            out.append(node)
            waiting.extend(reversed(node.operands))
        return out


@dataclass
class Token:
    kind: str  # number, string, name, boolean, mark, end
    text: str
    start: int
    end: int


@dataclass
class Pending:
    """What lies on the operator stack: an operator, or a bracket or `?` that is still open."""

    kind: str  # prefix, infix, group, arguments, then, otherwise
    text: str
    start: int
    binding: int = 0
    receiver: Tree | None = None
    base: int = 0  # operands on the stack when an argument list was opened


def read(text: str, *, one_level: bool = False) -> Tree:
    """The tree of `text`, or NotAnExpression."""
    return _Automaton(text, one_level).run()


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, an `end` token last."""
    out: list[Token] = []
    at = 0
    while True:
        while at < len(text) and text[at] in BLANKS:
            at += 1
        if at == len(text):
            out.append(Token("end", "", at, at))
            return out
        token = _token(text, at)
        out.append(token)
        at = token.end


def _token(text: str, at: int) -> Token:
    char = text[at]
    if char in DIGITS:
        end = _run(text, at, DIGITS)
        if text[end : end + 1] == ".":
            end = _run(text, end + 1, DIGITS)
        return Token("number", text[at:end], at, end)
    if char in LETTERS:
        end = _run(text, at, LETTERS + DIGITS)
        word = text[at:end]
        return Token("boolean" if word in ("true", "false") else "name", word, at, end)
    if char == '"':
        return _string(text, at)
    if text[at : at + 2] in ("==", "!=", "<=", ">=", "&&", "||"):
        return Token("mark", text[at : at + 2], at, at + 2)
    if char in "<>!+-*/%().,?:":
        return Token("mark", char, at, at + 1)
    raise NotAnExpression(at, f"no token starts with {char!r}")


def _run(text: str, at: int, allowed: str) -> int:
    while at < len(text) and text[at] in allowed:
        at += 1
    return at


def _string(text: str, at: int) -> Token:
    end = at + 1
    meant: list[str] = []  # what the string means, near enough to find halves of surrogate pairs
    while True:
        char = text[end : end + 1]
        if char in ("", "\n", "\r"):
            raise NotAnExpression(at, "unclosed string")
        if char == '"':
            break
        if char != "\\":
            if 0xD800 <= ord(char) <= 0xDFFF:
                raise NotAnExpression(end, "lone surrogate")
            meant.append(char)
            end += 1
            continue
        after = text[end + 1 : end + 2]
        if after in ("", "\n", "\r"):
            raise NotAnExpression(at, "unclosed string")
        if 0xD800 <= ord(after) <= 0xDFFF:
            raise NotAnExpression(end + 1, "lone surrogate")
        digits = text[end + 2 : end + 6]
        if after == "u" and len(digits) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in digits):
            meant.append(chr(int(digits, 16)))
            end += 6
        else:
            meant.append("·")
            end += 2
    _no_half_pairs("".join(meant), at)
    return Token("string", text[at : end + 1], at, end + 1)


def _no_half_pairs(meant: str, at: int) -> None:
    index = 0
    while index < len(meant):
        code = ord(meant[index])
        if 0xD800 <= code <= 0xDBFF and index + 1 < len(meant) and 0xDC00 <= ord(meant[index + 1]) <= 0xDFFF:
            index += 2
        elif 0xD800 <= code <= 0xDFFF:
            raise NotAnExpression(at, "lone surrogate")
        else:
            index += 1


def plain(number: str) -> str:
    """`007.50` as `7.5`."""
    whole, _, fraction = number.partition(".")
    while fraction.endswith("0"):
        fraction = fraction[:-1]
    while len(whole) > 1 and whole.startswith("0"):
        whole = whole[1:]
    return whole + "." + fraction if fraction else whole


class _Automaton:
    def __init__(self, text: str, one_level: bool) -> None:
        self.tokens = tokens(text)
        self.at = 0
        self.operands: list[Tree] = []
        self.pending: list[Pending] = []
        self.binding = dict(BINDING)
        if one_level:
            self.binding["&&"] = self.binding["||"]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def next_is(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "mark" and token.text == text

    def run(self) -> Tree:
        wants_operand = True
        while True:
            token = self.take()
            if wants_operand:
                wants_operand = self.operand(token)
            elif token.kind == "end":
                return self.finish(token)
            else:
                wants_operand = self.after_operand(token)

    def operand(self, token: Token) -> bool:
        """Take a token where an operand may start; whether an operand is still wanted afterwards."""
        if token.kind == "number":
            return self.push("number", plain(token.text), [], token.start, token.end)
        if token.kind == "string":
            return self.push("string", token.text[1:-1], [], token.start, token.end)
        if token.kind == "boolean":
            return self.push("boolean", token.text == "true", [], token.start, token.end)
        if token.kind == "name":
            if self.next_is("("):
                return self.open_arguments(token, None)
            return self.push("name", token.text, [], token.start, token.end)
        if token.kind == "mark" and token.text == "(":
            self.pending.append(Pending("group", "(", token.start))
            return True
        if token.kind == "mark" and token.text in ("!", "-", "+"):
            self.pending.append(Pending("prefix", token.text, token.start, binding=6))
            return True
        raise NotAnExpression(token.start, "no operand")

    def after_operand(self, token: Token) -> bool:
        """Take a token after an operand; whether an operand is wanted next."""
        if token.kind != "mark":
            raise NotAnExpression(token.start, "no operator")
        match token.text:
            case ".":
                return self.member()
            case "?":
                self.reduce(0)
                self.pending.append(Pending("then", "?", token.start))
                return True
            case ":":
                self.close_conditionals()
                if not self.pending or self.pending[-1].kind != "then":
                    raise NotAnExpression(token.start, "no ? before :")
                self.pending[-1].kind = "otherwise"
                return True
            case ",":
                self.close_conditionals()
                if not self.pending or self.pending[-1].kind != "arguments":
                    raise NotAnExpression(token.start, "comma outside an argument list")
                return True
            case ")":
                return self.close_bracket(token)
            case "(" | "!":
                raise NotAnExpression(token.start, "no operator")
        binding = self.binding[token.text]
        leaves_equals = token.text in ("&&", "||") or binding == COMPARISON
        self.reduce(binding if leaves_equals else binding - 1)
        if binding == COMPARISON and self.pending and self.pending[-1].binding == COMPARISON:
            raise NotAnExpression(token.start, "chained comparison")
        self.pending.append(Pending("infix", token.text, token.start, binding=binding))
        return True

    def member(self) -> bool:
        name = self.take()
        if name.kind != "name":
            raise NotAnExpression(name.start, "no name after the dot")
        receiver = self.operands.pop()
        if self.next_is("("):
            return self.open_arguments(name, receiver)
        return self.push("dereference", name.text, [receiver], receiver.outer[0], name.end)

    def open_arguments(self, name: Token, receiver: Tree | None) -> bool:
        self.take()
        start = name.start if receiver is None else receiver.outer[0]
        self.pending.append(Pending("arguments", name.text, start, receiver=receiver, base=len(self.operands)))
        if self.next_is(")"):
            return self.close_bracket(self.take())
        return True

    def close_bracket(self, token: Token) -> bool:
        self.close_conditionals()
        if not self.pending or self.pending[-1].kind not in ("group", "arguments"):
            raise NotAnExpression(token.start, "nothing to close")
        opened = self.pending.pop()
        if opened.kind == "group":
            self.operands[-1].outer = (opened.start, token.end)
            return False
        arguments = self.operands[opened.base :]
        del self.operands[opened.base :]
        if opened.receiver is None:
            return self.push("function", opened.text, arguments, opened.start, token.end)
        return self.push("method", opened.text, [opened.receiver, *arguments], opened.start, token.end)

    def finish(self, token: Token) -> Tree:
        self.close_conditionals()
        if self.pending:
            raise NotAnExpression(token.start, f"{self.pending[-1].text} is not finished")
        (tree,) = self.operands
        return tree

    def push(self, kind: str, label: object, operands: list[Tree], start: int, end: int) -> bool:
        self.operands.append(Tree(kind, label, operands, start, end))
        return False

    def close_conditionals(self) -> None:
        """Everything that can be complete at a bracket, comma or colon is."""
        self.reduce(0)
        while self.pending and self.pending[-1].kind == "otherwise":
            self.pending.pop()
            self.combine("conditional", None, 3)

    def reduce(self, down_to: int) -> None:
        """Build the nodes of waiting operators that bind more tightly than `down_to`."""
        while self.pending and self.pending[-1].kind in ("prefix", "infix") and self.pending[-1].binding > down_to:
            top = self.pending.pop()
            if top.kind == "prefix":
                operand = self.operands.pop()
                self.push("unary", top.text, [operand], top.start, operand.outer[1])
            elif top.text in ("&&", "||"):
                count = 2
                while self.pending and self.pending[-1].kind == "infix" and self.pending[-1].text == top.text:
                    self.pending.pop()
                    count += 1
                self.combine("logical", top.text, count)
            else:
                self.combine("binary", top.text, 2)

    def combine(self, kind: str, label: object, count: int) -> None:
        operands = self.operands[-count:]
        del self.operands[-count:]
        start, end = operands[0].outer[0], operands[-1].outer[1]
        last = operands[-1]
        if kind == "logical" and last.kind == "logical" and last.label == label:
            operands[-1:] = last.operands
        self.push(kind, label, operands, start, end)
