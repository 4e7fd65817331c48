"""The short code of ``hanoikit doctor``: what was found on a machine, in eight characters for the telephone.

>>> code = encode(Reading(version=(0, 1, 0), python=11, system="linux", failed=("bubblewrap",)))
>>> decode(code).failed
('bubblewrap',)

Forty bits in Crockford's base 32 (no I, L, O or U; https://www.crockford.com/base32.html): 3 bits for the
edition of this format, 2 + 5 + 4 for the kit's version, 2 for Python, 2 for the system, 17 for the checks, 5
for a check sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hanoikit.errors import UsageError
from hanoikit.i18n import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEARD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

EDITION = 1
SYSTEMS = ("linux", "darwin", "win32", "other")
SLOTS = 17
"""How many checks the code has room for."""

# The order is the format: add at the end, never move or remove.
CHECKS = (
    "python",
    "jupyterlab",
    "kernel",
    "widgets",
    "nbgrader",
    "disk-readers",
    "openssl",
    "case-validate",
    "bubblewrap",
    "folder",
    "disk-space",
    "memory",
    "clock",
    "time-zones",
    "text",
    "loopback",
    "course-files",
)

REQUIRED = frozenset(
    {
        "python",
        "jupyterlab",
        "kernel",
        "widgets",
        "disk-readers",
        "folder",
        "disk-space",
        "clock",
        "time-zones",
        "loopback",
        "course-files",
    }
)
"""Without one of these the course does not work; without the others a part of it does not."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a code says: the kit's version, Python 3.``python``, the system, and the checks that failed."""

    version: tuple[int, int, int]
    python: int
    system: str
    failed: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the course works."""
        return not REQUIRED.intersection(self.failed)

    def as_data(self) -> dict[str, Any]:
        return {
            "version": ".".join(map(str, self.version)),
            "python": f"3.{self.python}",
            "system": self.system,
            "failed": list(self.failed),
            "sound": self.sound,
        }

    def as_text(self) -> str:
        lines = [
            _("Hanoi Kit {version}, Python 3.{python}, {system}").format(
                version=".".join(map(str, self.version)), python=self.python, system=self.system
            )
        ]
        for name in self.failed:
            need = (
                _("the course does not work without it")
                if name in REQUIRED
                else _("a part of the course needs it")
            )
            lines.append(f"  {name}: {need}")
        lines.append(_("Ready for the course.") if self.sound else _("Not ready for the course."))
        return "\n".join(lines)


def encode(reading: Reading) -> str:
    """The code, as ``XXXX-XXXX``."""
    system = SYSTEMS.index(reading.system) if reading.system in SYSTEMS else len(SYSTEMS) - 1
    checks = sum(1 << CHECKS.index(name) for name in set(reading.failed))
    major, minor, patch = reading.version
    value = EDITION
    for part, bits in (
        (min(major, 3), 2),
        (min(minor, 31), 5),
        (min(patch, 15), 4),
        (min(max(reading.python - 11, 0), 3), 2),
        (system, 2),
        (checks, SLOTS),
    ):
        value = (value << bits) | part
    value = (value << 5) | _checksum(value)
    letters = "".join(ALPHABET[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def decode(code: str) -> Reading:
    """What a code says; raises :class:`UsageError` when it was misheard."""
    heard = code.strip().upper().translate(_HEARD)
    if len(heard) != 8 or any(letter not in ALPHABET for letter in heard):
        raise UsageError(
            _("{code!r} is no code of the doctor.").format(code=code),
            next_step=_("A code has eight letters and digits, such as 4K7M-9QX2. Ask for it again."),
        )
    value = 0
    for letter in heard:
        value = value << 5 | ALPHABET.index(letter)
    body, given = value >> 5, value & 31
    if _checksum(body) != given:
        raise UsageError(
            _("A letter of the code {code!r} was misheard.").format(code=code),
            next_step=_("Ask for it again."),
        )
    parts = []
    for bits in (SLOTS, 2, 2, 4, 5, 2, 3):
        parts.append(body & ((1 << bits) - 1))
        body >>= bits
    checks, system, python, patch, minor, major, edition = parts
    if edition != EDITION:
        raise UsageError(
            _("The code {code!r} is of another edition of the kit.").format(code=code),
            next_step=_("Install the same version of the kit as the trainee has."),
        )
    failed = tuple(name for place, name in enumerate(CHECKS) if checks >> place & 1)
    return Reading((major, minor, patch), 11 + python, SYSTEMS[system], failed)


def _checksum(body: int) -> int:
    """A check letter that changes with every single misheard letter and every two that are swapped.

    A weighted sum in the field of 32 elements (x^5 + x^2 + 1): letter i counts alpha^i.
    """
    total = 0
    for shift in range(0, 35, 5):
        # Horner's rule: multiply what is there by alpha, add the next letter.
        total ^= body >> shift & 31
        total <<= 1
        if total & 32:
            total ^= 0b100101
    return total
