"""Content ids: short hashes, so that the same thing has the same id wherever and whenever it is met."""

import hashlib

ID_LENGTH = 20  # 80 bits: one collision expected among about 10**12 rows
_NONE = b"\x00"
_LONE_NUL = b"\xff\x00"  # no text encodes to this, so that None keeps the token by which stored ids were made


def content_id(*parts: object) -> str:
    """Return the id of a thing made of `parts`; None and "" differ, and no two tuples of parts run together."""
    digest = hashlib.sha256()
    for part in parts:
        token = _NONE if part is None else str(part).encode("utf-8", "surrogatepass")
        if token == _NONE and part is not None:
            token = _LONE_NUL
        digest.update(len(token).to_bytes(8, "big") + token)
    return digest.hexdigest()[:ID_LENGTH]


def sha256_hex(content: bytes) -> str:
    """Return the whole SHA-256 of `content`, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
