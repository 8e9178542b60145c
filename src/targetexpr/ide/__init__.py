"""The language service: what editors ask about a rule's text. Knows no terminal and no protocol.

A `Document` is a text and its environment; each question is a function of a document and an offset in it, in code
points: `completion.complete`, `hover.hover`, `signature_help.signature_help`, `semantic_tokens.semantic_tokens`,
`code_actions.code_actions`, `selection_ranges.selection_ranges`, `document_symbols.document_symbols`. None of them
raises for a text, whatever it holds. `catalogue` lists and searches what a rule can name, `palette` what it can in its
event.

`conditions.conditions` gives a rule as rows, from `condition_parts` (what is grouped, and where it stands),
`condition_operators` and `condition_values`; `condition_edits.edit_conditions` makes one of the `condition_changes` to
them, by `condition_text` (structure), `condition_rows`, `condition_typing` and `condition_defaults`. `reading.reading`
gives a rule in plain English, by `wording` and `labels`.
"""
