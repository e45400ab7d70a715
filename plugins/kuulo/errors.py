"""The root of Kuulo's own errors."""


class KuuloError(Exception):
    """Something a user can mend: one line that names the thing and the remedy, without secrets or personal values."""
