"""Step 3: which rows may enter, decided by Great Expectations; the others are kept in quarantine."""
