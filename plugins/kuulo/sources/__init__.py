"""Step 1: what each system offers and how it is asked for."""
