"""Forms: built from definitions (builder) or written by hand, by area."""
