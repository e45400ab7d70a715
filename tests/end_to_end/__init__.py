"""The whole pipeline, run as a user runs it."""
