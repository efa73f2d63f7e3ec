"""Undo gzip and deflate within a bound, so that a small answer cannot fill the memory.

Clients that inflate by themselves hand out a gigabyte as one chunk; this never makes more than it was allowed to.
"""

import zlib

GZIP_MAGIC = b"\x1f\x8b"
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15, "": 0, "identity": 0}


class InflateError(Exception):
    """The compressed bytes are broken or of a kind that is not read."""


class TooLargeError(Exception):
    """More bytes than were allowed."""


class Inflater:
    """Take the bytes of one answer piece by piece and give back what they hold, `limit` bytes in all at most."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in _WBITS:
            # brotli and zstd were not asked for; several encodings on top of each other are how bombs are built
            raise InflateError(f"content encoding {encoding!r} is not read")
        self._wbits = _WBITS[name]
        self._left = limit
        self._raw_left = limit
        self._stream = zlib.decompressobj(self._wbits) if self._wbits else None
        self._started = False

    def take(self, piece: bytes) -> bytes:
        """Return what `piece` adds; raise `TooLargeError` at the limit, `InflateError` for broken bytes.

        `TooLargeError` carries the bytes that still fit as its only argument.
        """
        self._raw_left -= len(piece)
        out = piece if self._stream is None else self._inflated(piece)
        if len(out) > self._left:
            raise TooLargeError(out[: self._left])
        if self._raw_left < 0:
            raise TooLargeError(out)
        self._left -= len(out)
        return out

    def end(self) -> None:
        """Raise `InflateError` where the stream ended too early."""
        if self._stream is not None and self._started and not self._stream.eof:
            raise InflateError("the compressed answer is cut short")

    def _inflated(self, piece: bytes) -> bytes:
        assert self._stream is not None
        out = bytearray()
        while piece:
            if self._stream.eof:
                if not piece.startswith(GZIP_MAGIC):
                    break  # padding after the end, which some servers send
                self._stream = zlib.decompressobj(self._wbits)
            room = self._left + 1 - len(out)
            if room <= 0:
                break
            out += self._decompressed(piece, room)
            piece = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        return bytes(out)

    def _decompressed(self, piece: bytes, room: int) -> bytes:
        assert self._stream is not None
        first, self._started = not self._started, True
        try:
            return self._stream.decompress(piece, room)
        except zlib.error as error:
            if not (first and self._wbits == 15):
                raise InflateError(f"the compressed answer is broken: {error}") from error
        # `deflate` is sent without the zlib header by some servers (RFC 9110, 8.4.1.2)
        self._stream = zlib.decompressobj(-15)
        try:
            return self._stream.decompress(piece, room)
        except zlib.error as error:
            raise InflateError(f"the compressed answer is broken: {error}") from error
