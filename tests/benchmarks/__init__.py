"""Speed, measured on demand: `pytest -m benchmark -s`."""
