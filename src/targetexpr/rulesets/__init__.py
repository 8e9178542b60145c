"""Rule sets: which of many rules one record fulfils.

`RuleSet` asks them all at once.
"""
