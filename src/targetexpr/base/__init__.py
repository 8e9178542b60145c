"""What knows no language: source text and spans, diagnostics, their rendering, suggestions, limits, JSON text."""
