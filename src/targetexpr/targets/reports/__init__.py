"""Progress and groups reported for people: simulations, customers, tables."""
