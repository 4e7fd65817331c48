"""The titles of a class's assignments, out of the notebooks that trainees receive.

>>> title_of(klass, "m04-evidence-chain")
'The digital evidence chain'
"""

from __future__ import annotations

import contextlib
import json
from functools import lru_cache
from pathlib import Path

from hanoikit import resources
from hanoikit.classroom.klass import Class


def title_of(klass: Class, name: str) -> str:
    """The title in the front matter; the name where there is none."""
    for folder in (klass.root / "source", klass.root / "release", resources.exercises()):
        found = _read(folder / name / f"{name}.ipynb")
        if found:
            return found
    return name


@lru_cache(maxsize=64)
def _read(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
        front = json.loads(path.read_bytes())["metadata"].get("hanoikit", {})
        return str(front.get("title", ""))[:200]
    return ""
