"""Data as people have it, as contexts: JSON and JSON Lines, one decoder with one verdict whoever asks."""
