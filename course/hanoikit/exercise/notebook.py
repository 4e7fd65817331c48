"""The few things that exercises need of the notebook they run in; without one, all of them do nothing.

>>> in_notebook()
False
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def shell() -> Any:
    """The running IPython shell, or None."""
    # Where a shell runs, IPython is loaded already; elsewhere loading it would only cost time.
    loaded: Any = sys.modules.get("IPython")
    return None if loaded is None else loaded.get_ipython()


def in_notebook() -> bool:
    """Whether a notebook's kernel is running this, so that something can be shown in a cell's output."""
    return hasattr(shell(), "kernel")


def user_namespace() -> Mapping[str, Any]:
    """The variables and functions of the notebook."""
    running = shell()
    return running.user_ns if running is not None else {}


def publish(bundle: Mapping[str, Any], *, updatable: bool = False) -> Any:
    """Show a bundle of formats in the cell's output; returns a handle with ``update`` if it shall change
    later."""
    if shell() is None:
        return None
    from IPython import display

    show: Any = display.display
    return show(dict(bundle), raw=True, display_id=True) if updatable else show(dict(bundle), raw=True)


def put(thing: object) -> None:
    """Show an object (a control) in the cell's output."""
    if shell() is not None:
        from IPython import display

        show: Any = display.display
        show(thing)
