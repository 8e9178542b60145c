"""The checker: types for every node, every mistake with its place, lint. Works on trees, never on text."""
