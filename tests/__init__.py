"""Tests, laid out as the package is; `corpus/` is behaviour as data, the modules here are what tests share."""
