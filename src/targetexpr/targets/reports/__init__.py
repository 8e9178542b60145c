"""Progress and groups told to people: simulations, customers, tables."""
