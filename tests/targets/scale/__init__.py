"""Progress over whole tables under test."""
