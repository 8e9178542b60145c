"""Making groups: the builder, plan files, and expressionJson for their rules."""
