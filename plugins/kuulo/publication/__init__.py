"""Step 5: the copy that BI tools read."""
