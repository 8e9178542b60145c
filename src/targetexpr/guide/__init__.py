"""The guide: the documentation as Markdown files, found by topic, by code, or by what a section is about."""
