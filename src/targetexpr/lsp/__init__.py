"""The language server: what `ide/` and `documents/` know, over the Language Server Protocol, for every editor.

Needs the extra `lsp` (pygls, lsprotocol); nothing else imports it but other servers. `snapshot` is one version of an
open document: its text, its rules, what is known of each; every question is asked of one snapshot. `diagnostics`,
`completion`, `hints`, `actions`, `layout`, `tokens` and `outline` turn what the language service says into the
protocol's types; `protocol` is pygls with the errors that the specification asks for; `server` holds the open
documents and tells their diagnostics, `features` answers requests. Our own requests are `requests`, with
`parameters` and `changes` of rows; their answers are `rows`.
"""
