"""Keys of the course's people, as the evidence room names them; the code is in :mod:`hanoikit.trust.keys`."""

from hanoikit.trust.keys import Seed, derive, ed25519_key, rsa_key, seed_bytes, serial_number, write_private

__all__ = ["Seed", "derive", "ed25519_key", "rsa_key", "seed_bytes", "serial_number", "write_private"]
