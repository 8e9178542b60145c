"""What a checked rule means: binding data, the meaning of operators and methods, and every way to evaluate it."""
