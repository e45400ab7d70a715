"""The rights of a person: everything that is held about one is erased, or handed out."""
