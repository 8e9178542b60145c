"""Diagnostics and fixes for text that is not a rule."""
