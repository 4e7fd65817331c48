"""Make a file or folder whole or not at all: build it beside its place, then rename it there.

>>> with refusing(target), temporary(target) as draft:
...     draft.write_bytes(content)
...     draft.rename(target)

A crash or a full disk leaves the place as it was. What was built is not forced to the platter (no
``fsync``): after a power cut a package has to be verified again, as after any transfer.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanoikit.errors import EvidenceError
from hanoikit.i18n import _


@contextmanager
def temporary(target: Path) -> Iterator[Path]:
    """A free path on the same disk as the target; whatever still lies there at the end is removed."""
    holder = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    try:
        yield holder / target.name
    finally:
        shutil.rmtree(holder, ignore_errors=True)


@contextmanager
def refusing(target: Path) -> Iterator[None]:
    """Turn what the system says about the target's place into an :class:`EvidenceError` that a person can
    act on.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            what = _("The disk is full; nothing was left behind.")
            next_step = _("Free some room or choose another disk, then do it again.")
        elif error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            what = _("This place cannot be written to; nothing was changed.")
            next_step = _("Choose a folder that belongs to you.")
        else:
            what = _("The system refused: {why}; nothing was left behind.").format(
                why=error.strerror or error
            )
            next_step = _("Choose another place, then do it again.")
        raise EvidenceError(what, where=str(target), next_step=next_step) from error
