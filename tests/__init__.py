"""Tests, in the order of the steps they test."""
