"""The open compiler for the rule language of loyalty programmes."""
