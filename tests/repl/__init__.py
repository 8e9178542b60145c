"""The REPL: its parts, its answers through a pipe, and the real program on a pseudo-terminal."""
