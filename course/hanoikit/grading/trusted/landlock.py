"""Landlock: the kernel's own list of what a process and its children may open, by plain system calls.

>>> restrict(read=["/usr", "/lib"], write=["/tmp"], devices=["/dev/null"])
7

Documented at https://docs.kernel.org/userspace-api/landlock.html. Rights that an older kernel does not know
are left out; :data:`OLDEST` is the version below which the engine refuses.
"""

from __future__ import annotations

import ctypes
import errno
import os
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


def restrict(*, read: Iterable[str], write: Iterable[str], devices: Iterable[str]) -> int:
    """Let this process and its children read and run what is below ``read``, change what is below ``write``,
    use ``devices``, and nothing else; no network, no signals out. Gives back the Landlock version.

    ``no_new_privs`` must be set before. Raises :class:`OSError` when the kernel refuses.
    """
    abi = version()
    handled = (
        _BASE | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0) | (_IOCTL if abi >= 5 else 0)
    )
    network = 0b11 if abi >= 4 else 0
    scoped = 0b11 if abi >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scoped)[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = _call(_CREATE, attributes, len(attributes), 0)
    try:
        for path in read:
            _allow(ruleset, path, handled & (_EXECUTE | _READ_FILE | _READ_DIR))
        for path in write:
            _allow(ruleset, path, handled & ~_IOCTL)
        for path in devices:
            _allow(ruleset, path, handled & (_READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL))
        _call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(f"/proc/self/fd/{place}"):  # noqa: PTH112  no pathlib between fork and wall
            rights &= _FILE_ONLY
        _call(_ADD, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: int | bytes) -> int:
    given = [ctypes.c_char_p(one) if isinstance(one, bytes) else ctypes.c_long(one) for one in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *given))
    if result < 0:
        code = ctypes.get_errno() or errno.EPERM
        raise OSError(code, os.strerror(code), "landlock")
    return result
