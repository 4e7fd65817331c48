"""Which version of the marking engine's files a process runs.

>>> print_of_kit() == print_of_kit()
True

Parent and zygotes are started at different times. When the kit is exchanged in between (an upgrade, a
developer's editor), they would talk past each other, and hand-ins would lose marks for it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import hanoikit

_ROOMS = ("grading/trusted", "exercise")


def print_of_kit() -> str:
    """SHA-256 over names, sizes and times of the files that marking is made of."""
    digest = hashlib.sha256()
    for name, path in _files():
        about = path.stat()
        digest.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@cache
def contents_of_kit() -> str:
    """SHA-256 over names and contents of the same files: equal on every machine with the same version."""
    digest = hashlib.sha256()
    for name, path in _files():
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _files() -> list[tuple[str, Path]]:
    top = Path(hanoikit.__file__).parent
    return [(f"{room}/{path.name}", path) for room in _ROOMS for path in sorted((top / room).glob("*.py"))]


AT_START = print_of_kit()
"""As it was when this process loaded the engine."""
