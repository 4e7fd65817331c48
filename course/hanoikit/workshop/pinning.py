"""By what a notebook knows the machine at the other end as the room: its certificate, before anything is said to it.

>>> known = Known(code="K7QF-2M9Z", proof="PT3A-8WQF")      # what somebody typed
>>> known.check(der, where="192.0.2.7:8025")                  # raises ServiceUnreachable for another one

A room shows a certificate of its own, issued by the class's authority. Three things can vouch for it:

| what | where it comes from | how it is checked |
|---|---|---|
| the class's certificate | the course folder that the class handed out | it signed the room's certificate |
| the second half of the code | the instructor's screen, typed | scrypt (RFC 7914) over the fingerprint |
| the fingerprint | the membership, kept when the room was joined | SHA-256 of the same certificate |

**How strong the second half is.** Seven letters are 35 bits, and the eighth finds slips. Whoever wants to stand in the
middle needs a key whose fingerprint gives the same letters: 2^35 tries, each with 64 MiB of memory and about one second
of one processor, over a thousand processor years. The first half is the salt: no table made before it was shown is of
use. Who has the class's folder needs the first half alone.

Names and dates in a certificate are not looked at: a room is found by its address in a network that nobody knows
beforehand, and clocks of borrowed machines are wrong.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanoikit.errors import ServiceUnreachable, UsageError
from hanoikit.i18n import _
from hanoikit.trust.letters import grouped, letters_of, with_check

if TYPE_CHECKING:
    from cryptography import x509

COST = {"n": 1 << 16, "r": 8, "p": 4}
"""scrypt: 64 MiB, about one second."""
_MEMORY = 96 << 20
_LETTERS = 7
_BITS = 35


def proof_of(certificate: bytes, code: str) -> str:
    """The second half of the code for this certificate (DER); ``code`` is the first half."""
    made = hashlib.scrypt(
        hashlib.sha256(certificate).digest(),
        salt=b"hanoikit.room/2 " + code.replace("-", "").encode(),
        maxmem=_MEMORY,
        dklen=(_BITS + 7) // 8,
        **COST,
    )
    return grouped(with_check(letters_of(made, _LETTERS)))


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a certificate (DER) in hexadecimal."""
    return hashlib.sha256(certificate).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the room: its certificate's ``fingerprint``, or else the code as it was typed and the
    certificate of the class, where there is one.
    """

    fingerprint: str = ""
    code: str = ""
    proof: str = ""
    authority: x509.Certificate | None = None

    def require(self) -> None:
        """Raise ``UsageError`` when nothing could vouch for any certificate: nobody need be asked then."""
        if not (self.fingerprint or self.proof or self.authority is not None):
            raise UsageError(
                _(
                    "This is the first half of the code; it is enough only in the folder that your class gave out."
                ),
                next_step=_("Type the whole line, with all four groups of the code."),
            )

    def check(self, certificate: bytes, *, where: str) -> None:
        """Raise ``ServiceUnreachable`` unless this certificate (DER) is the room's."""
        if self.fingerprint:
            good = hmac.compare_digest(self.fingerprint, fingerprint_of(certificate))
        else:
            good = self.authority is not None and _issued(certificate, self.authority)
            if not good and self.proof:
                good = hmac.compare_digest(self.proof, proof_of(certificate, self.code))
        if good:
            return
        if self.fingerprint:
            advice = _("Ask your instructor whether there is a new code. If there is, join again with it.")
        elif self.proof:
            advice = _(
                "Compare the whole line with the instructor's screen. If it is the same, tell your instructor."
            )
        else:
            advice = _(
                "Type the whole line, with all four groups of the code. If that fails too, tell the instructor."
            )
        raise ServiceUnreachable(
            _("Another machine than the room's answers at this address, so nothing was sent to it."),
            where=where,
            next_step=advice,
        )


def _issued(certificate: bytes, authority: x509.Certificate) -> bool:
    """Whether this class issued it, for a room: its other certificates are no room's."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        found = x509.load_der_x509_certificate(certificate)
        found.verify_directly_issued_by(authority)
        usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except Exception:  # a stranger's bytes fail in many ways, and all of them are a no
        return False
    return ExtendedKeyUsageOID.SERVER_AUTH in usage
