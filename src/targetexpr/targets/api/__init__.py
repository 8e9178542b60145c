"""What the platform answers: create responses, defaults, user progress."""
