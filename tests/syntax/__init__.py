"""Tests of reading, printing and converting expressions."""
