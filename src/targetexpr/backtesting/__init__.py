"""A rule tried on past data: how it comes out by group, which of its conditions reject, and samples."""
