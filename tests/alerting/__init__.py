"""Alerts: what is a cause, and how it is told."""
