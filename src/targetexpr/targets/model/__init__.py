"""Payload models: groups, targets, enums, scalars, envelopes."""
