"""Rules inside documents: JSON payloads, and comparing a rule text with its JSON."""
