"""What an expression can name: the data model, its files, and how they are read and checked."""
