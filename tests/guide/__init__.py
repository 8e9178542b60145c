"""The guide: its pages about codes, functions, options and attributes are generated here, and checked."""
