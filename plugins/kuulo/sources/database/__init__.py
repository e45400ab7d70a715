"""Tables and queries of SQL databases: what a declaration says, and how its window is read, page by page."""
