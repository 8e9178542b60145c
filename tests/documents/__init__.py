"""Tests of rules inside documents."""
