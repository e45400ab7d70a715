"""What is wrong with a feed or a file of the inbox."""

from kuulo.errors import KuuloError


class FeedError(KuuloError):
    """A feed.yml or a data file cannot be taken in: one line that names the file, the thing and the remedy, and no cell's value."""
