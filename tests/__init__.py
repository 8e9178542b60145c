"""Tests, laid out as the package is; `corpus/` is behaviour as data, the modules beside this one are what tests share."""
