"""What somebody should be told of, and who has been told already."""
