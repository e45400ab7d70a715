"""What can go wrong with a vendor's API, named by what mends it."""

from kuulo.errors import KuuloError


class RetryLater(KuuloError):
    """Nothing is wrong with the set-up: the vendor is busy, limiting or out of reach. A later run goes on where this one stopped."""


class BadCredentials(KuuloError):
    """The connection's secret is refused, or lacks a permission: a person must change it. Retrying does not help."""


class SourceContractBroken(KuuloError):
    """The vendor answers otherwise than its documentation and the declaration say: a person must look."""


class NotFound(SourceContractBroken):
    """The vendor does not know what was asked for (404)."""
