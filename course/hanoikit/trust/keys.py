"""Keys for a case: random ones, or, for the course's invented people, the same ones from the same seed.

>>> ed25519_key(b"one case", "person", "Lan Anh Tran") == ed25519_key(b"one case", "person", "Lan Anh Tran")
True

**Keys from a seed are no secrets.** A course case must be the same on every machine, so its private keys
follow from the seed by HKDF-SHA-256 (RFC 5869): whoever knows the seed can sign for its people. Never use
one outside the course.
"""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Seed = int | str | bytes

_SALT = b"hanoikit course keys, no secrets"
_EXPONENT = 65537
# The candidates are random, not chosen by an opponent: a few rounds make an error far less likely than
# 2**-80.
_ROUNDS = 8


def seed_bytes(seed: Seed) -> bytes:
    """A seed as bytes; a number and its decimal text are the same seed."""
    return seed if isinstance(seed, bytes) else str(seed).encode()


def derive(seed: bytes, *parts: str, length: int = 32) -> bytes:
    """``length`` bytes that follow from the seed and from what they are for (``parts``)."""
    info = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=_SALT, info=info).derive(seed)


def ed25519_key(seed: bytes | None, *parts: str) -> Ed25519PrivateKey:
    """An Ed25519 key (RFC 8032): random without a seed."""
    if seed is None:
        return Ed25519PrivateKey.generate()
    return Ed25519PrivateKey.from_private_bytes(derive(seed, "ed25519", *parts))


def serial_number(seed: bytes | None, *parts: str) -> int:
    """A certificate's serial number: positive, 127 bits (RFC 5280, 4.1.2.2)."""
    material = secrets.token_bytes(16) if seed is None else derive(seed, "serial", *parts, length=16)
    return int.from_bytes(material, "big") >> 1 | 1


def rsa_key(seed: bytes | None, *parts: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key: made by the library without a seed, else from two primes that follow from the seed."""
    if seed is None:
        return rsa.generate_private_key(public_exponent=_EXPONENT, key_size=bits)
    return _rsa_key_of(seed, bits, *parts)


@lru_cache(maxsize=8)
def _rsa_key_of(seed: bytes, bits: int, *parts: str) -> rsa.RSAPrivateKey:
    candidates = _candidates(seed, *parts, bits=bits // 2)
    p = next(n for n in candidates if _fits(n))
    q = next(n for n in candidates if n != p and _fits(n))
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(e=_EXPONENT, n=p * q),
    ).private_key()


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, from its first moment on (on Windows the folder's rights
    decide).
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _candidates(seed: bytes, *parts: str, bits: int) -> Iterator[int]:
    # The two highest bits are set so that the product of two of them has exactly twice as many bits.
    block, top = 0, 0b11 << (bits - 2)
    while True:
        yield int.from_bytes(derive(seed, "prime", *parts, str(block), length=bits // 8), "big") | top | 1
        block += 1


def _fits(n: int) -> bool:
    # One greatest common divisor rules out nine candidates in ten before the costly test.
    return n % _EXPONENT != 1 and math.gcd(n, _small_primes()) == 1 and _is_prime(n)


@lru_cache(maxsize=1)
def _small_primes() -> int:
    """The product of the odd primes below 20,000."""
    sieve = bytearray([1]) * 20_000
    for number in range(3, 142, 2):
        if sieve[number]:
            sieve[number * number :: 2 * number] = bytes(len(range(number * number, 20_000, 2 * number)))
    return math.prod(number for number in range(3, 20_000, 2) if sieve[number])


def _is_prime(n: int) -> bool:
    """Miller-Rabin with witnesses taken from the number itself, so that the answer is the same every time."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    size = (n.bit_length() + 7) // 8
    own = n.to_bytes(size, "big")
    for round_number in range(_ROUNDS):
        witness = 2 + int.from_bytes(derive(own, "witness", str(round_number), length=size), "big") % (n - 3)
        x = pow(witness, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True
