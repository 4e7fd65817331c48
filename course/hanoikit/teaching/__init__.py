"""What an instructor needs on paper and on the wall, made from the sources of the course.

>>> from hanoikit import teaching
>>> teaching.build(Path("dist/docs"), now=datetime.now(timezone.utc))     # what ``hanoikit docs`` does

Modules: ``markup`` reads Markdown into a plain tree; ``lesson`` and ``keys`` read the sources of the course into
such trees; ``page`` writes them as HTML and ``paper`` as tagged PDF; ``slides`` cuts a lesson into a deck;
``agenda``, ``tables`` and ``guide`` make what is computed; ``execution`` runs every notebook and keeps the record;
``checking`` looks for dead links, missing alternatives and keys that must not be where they are; ``site`` puts all
of it into one folder.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hanoikit.teaching.site import Built

__all__ = ["build"]


def build(to: Path, *, now: datetime, run: bool = True) -> Built:
    """All teaching material of the installed course, in the folder ``to``; see :mod:`hanoikit.teaching.site`."""
    from hanoikit.teaching import site

    return site.build(site.Sources.installed(), to, now=now, run=run)
