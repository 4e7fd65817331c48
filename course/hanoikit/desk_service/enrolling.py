"""How a desk shows that it has the private half of a key that it wants certified."""

from __future__ import annotations


def enrolment(desk: str, public_key: str) -> bytes:
    """What the key signs; ``public_key`` is its 32 bytes in hexadecimal. The name of the desk is in it, so that the
    proof of one desk is none for another.
    """
    return f"hanoikit.enrol/1 {desk} {public_key}".encode()
