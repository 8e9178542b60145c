"""The `targetexpr` command: one module for each of its commands, imported when it is called."""
