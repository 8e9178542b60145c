"""The conformance kit: cases as plain files, and a command that asks any implementation all of them.

`cases/` holds the cases, a folder for each kind and a file of JSON Lines for each topic; `case.schema.json` says what a
line holds and `protocol.schema.json` what is asked and answered. `cases` reads the files, `questions` makes requests of
them, `judging` compares answers, `talking` runs the implementation, `reports` writes what was found, and `answering`
is this project's own side of the protocol.
"""
