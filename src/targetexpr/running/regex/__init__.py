"""Patterns in RE2 syntax and meaning, on whichever engine proves equal."""
