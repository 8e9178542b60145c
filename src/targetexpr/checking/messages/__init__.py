"""What the checker reports, part by part: messages as data, and what fills them in. Loaded at the first error."""
