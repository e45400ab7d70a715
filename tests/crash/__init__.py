"""The pipeline killed, crowded out and disturbed, at every point of it (faults X1 to X20)."""
