"""Kajo Lamps, a fictional company: its data in each vendor's own dialect, and the truth that the pipeline must find."""

SURVICATE_KEY = "sandbox-survicate"
HUBSPOT_TOKEN = "sandbox-hubspot"
BANNER = "fictional data"
