"""Generated Python for rules: the fast path, its number bounds, and the exact path."""
