"""Target groups under test."""
