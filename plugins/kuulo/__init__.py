"""Kuulo, the voice-of-the-customer warehouse: sources, landing, validation, warehouse, publication, in that order."""
