"""Tests that every source passes, and that a new one passes without a new test."""
