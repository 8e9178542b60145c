"""Rules over columns: one lowering, its words as polars expressions and as SQL, and what a table needs to be one."""
