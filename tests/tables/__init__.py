"""Rules over columns."""
