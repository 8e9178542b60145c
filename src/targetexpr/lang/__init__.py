"""What the language is made of: nodes, types, operators, functions, schema, and how a tree is walked."""
