"""Who shall not come back: ties of rows to people, the keyed list, and the screens that landing holds pages and rows against."""
