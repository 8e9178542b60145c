"""Rules over past data."""
