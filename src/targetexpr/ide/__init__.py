"""The language service: what editors ask about a rule's text. Knows no terminal and no protocol.

A `Document` is a text and its environment; each question is a function of a document and an offset in it, in code
points: `completion.complete`, `hover.hover`, `signature_help.signature_help`, `semantic_tokens.semantic_tokens`,
`code_actions.code_actions`, `selection_ranges.selection_ranges`, `document_symbols.document_symbols`. None of them
raises for a text, whatever it holds. `catalogue` lists and searches what a rule can name.
"""
