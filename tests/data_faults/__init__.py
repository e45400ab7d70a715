"""Faults in data, by the ids of docs/faults.md."""
