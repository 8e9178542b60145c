"""A run that begins where the tokens are new fails at the same token as one from the start."""

from __future__ import annotations

from random import Random

from targetexpr.syntax.lexer import Token, tokenize
from targetexpr.syntax.recovery.context import IncrementalParse, run

PIECES = ("a", ".", "(", ")", "&&", "||", ">", "1", '"s"', ",", "!", "-", "?", ":", "true")


def changed(random: Random, tokens: list[Token]) -> list[Token]:
    """The tokens with one part replaced; the others are the very same."""
    at = random.randrange(len(tokens))
    new = [
        Token(token.kind, token.text, -1, -1) for piece in random.choices(PIECES, k=2) for token in tokenize(piece)[:-1]
    ]
    return [*tokens[:at], *new, *tokens[min(at + random.randrange(3), len(tokens) - 1) :]]


def test_runs_go_on_where_the_tokens_are_new() -> None:
    random = Random(7)
    for _ in range(60):
        # Longer than the distance between two places where a run can begin, so that it does begin there.
        tokens = tokenize("||".join(random.choice(("a.b>1", "(a&&b)", "f(a,b)", "x?y:z")) for _ in range(400)))
        runs = IncrementalParse()
        assert runs.run(tokens) == run(tokens)
        for _ in range(8):
            tokens = changed(random, tokens)
            assert runs.run(tokens) == run(tokens)
