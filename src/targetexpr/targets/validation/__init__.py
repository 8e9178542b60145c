"""Everything that can be wrong with a group, as diagnostics."""
