"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) made from a given time and randomness."""

from __future__ import annotations

from uuid import UUID


def uuid7(milliseconds: int, randomness: int) -> UUID:
    """A UUIDv7 from Unix `milliseconds` (48 bits) and 74 bits of `randomness`."""
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= (randomness >> 62 & 0xFFF) << 64
    value |= 0b10 << 62
    value |= randomness & (2**62 - 1)
    return UUID(int=value)
