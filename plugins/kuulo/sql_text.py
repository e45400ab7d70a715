"""Names and values as SQL writes them, where a statement takes no bound parameters."""


def quoted(name: str) -> str:
    """The name of a column or a table."""
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    """A value as a string, such as a path: a home may be called Ann's."""
    return "'" + str(value).replace("'", "''") + "'"
