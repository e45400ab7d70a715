"""Personal data: classed, kept out of what is told, kept no longer than it may be."""
