"""The language service: what is known of a rule at a place in its text. Knows no terminal and no protocol."""
