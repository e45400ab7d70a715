"""A kept key (the customers', the comments') as HMAC-SHA256 takes it, so that an engine needs nothing but SHA-256 to make keyed hashes."""

from pathlib import Path

from kuulo.kept_keys import kept_key

_BLOCK_BYTES = 64
_INNER, _OUTER = 0x36, 0x5C


def padded_keys(key_file: Path) -> tuple[bytes, bytes]:
    """The inner and the outer key, 64 bytes each, of the key in the file, which is made on first use."""
    block = kept_key(key_file).ljust(_BLOCK_BYTES, b"\0")
    return bytes(byte ^ _INNER for byte in block), bytes(byte ^ _OUTER for byte in block)
