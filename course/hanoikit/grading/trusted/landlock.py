"""Landlock: the kernel's own list of what a process and its children may open, by plain system calls.

>>> rules = Rules()
>>> rules.add(read=["/usr", "/lib"], write=["/tmp"], devices=["/dev/null"])
>>> rules.restrict()

Documented at https://docs.kernel.org/userspace-api/landlock.html. Rights that an older kernel does not know
are left out; :data:`OLDEST` is the version below which the engine refuses.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

OLDEST = 1
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_BASE = (1 << 13) - 1
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_PATH_BENEATH = 1
_CREATE_VERSION = 1

_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def version() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    found = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_CREATE_VERSION))
    return max(0, int(found))


class Rules:
    """What may be opened: everything else may not, and there is no network and no signal to others.

    Each part is as much as the kernel knows. Raises :class:`OSError` when it refuses.
    """

    def __init__(self) -> None:
        abi = version()
        self._handled = (
            _BASE | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0) | (_IOCTL if abi >= 5 else 0)
        )
        network = 0b11 if abi >= 4 else 0
        scoped = 0b11 if abi >= 6 else 0
        attributes = struct.pack("=QQQ", self._handled, network, scoped)
        attributes = attributes[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
        self._ruleset = _call(_CREATE, attributes, len(attributes), 0)

    def add(
        self, *, read: Iterable[str] = (), write: Iterable[str] = (), devices: Iterable[str] = ()
    ) -> None:
        """Let read and run what is below ``read``, change what is below ``write``, and use ``devices``."""
        for path in read:
            self._allow(path, _EXECUTE | _READ_FILE | _READ_DIR)
        for path in write:
            self._allow(path, self._handled & ~_IOCTL)
        for path in devices:
            self._allow(path, _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL)

    def restrict(self) -> None:
        """From here on these rules hold for this process and its children; ``no_new_privs`` must be set."""
        _call(_RESTRICT, self._ruleset, 0)
        self.close()

    def close(self) -> None:
        """Let go of the list."""
        os.close(self._ruleset)

    def _allow(self, path: str, rights: int) -> None:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            rights &= self._handled
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                rights &= _FILE_ONLY
            _call(_ADD, self._ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
        finally:
            os.close(place)


def _call(number: int, *arguments: int | bytes) -> int:
    given = [ctypes.c_char_p(one) if isinstance(one, bytes) else ctypes.c_long(one) for one in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *given))
    if result < 0:
        code = ctypes.get_errno() or errno.EPERM
        raise OSError(code, os.strerror(code), "landlock")
    return result
