"""A bad day that lasts: many windows, several sources at once, faults at random, processes killed; and nothing is lost."""
