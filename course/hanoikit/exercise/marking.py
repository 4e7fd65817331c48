"""Is this run a marking run? Then controls stay silent and the answer sheet is only read.

>>> is_marking({"NBGRADER_EXECUTION": "autograde"})
True

nbgrader says what it is doing in ``NBGRADER_EXECUTION``; other engines set ``HANOIKIT_MARKING=1``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping


def is_marking(environ: Mapping[str, str] | None = None) -> bool:
    """True while a hand-in is being marked or validated, False in a trainee's own session."""
    environ = os.environ if environ is None else environ
    return (
        environ.get("NBGRADER_EXECUTION", "") in {"autograde", "validate"}
        or environ.get("HANOIKIT_MARKING", "") == "1"
    )
