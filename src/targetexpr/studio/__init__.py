"""The studio: a page on the user's own machine where rules are written and played over past records."""
