"""Tests of the language service."""
