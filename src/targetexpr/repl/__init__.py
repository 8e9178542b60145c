"""The authoring REPL: type a rule, see at once whether it is right, what it means, and whom it would reward."""
