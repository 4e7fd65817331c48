"""Where the course's files lie: inside the wheel, or in the checkout that it is developed in.

>>> from hanoikit import resources
>>> (resources.lessons() / "m04-evidence-chain.md").is_file()
True
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_shipped"
_CHECKOUT = _PACKAGE.parent.parent


def checkout() -> Path | None:
    """The root of the source checkout, or ``None`` when the kit runs from an installed wheel."""
    return None if _SHIPPED.is_dir() else _CHECKOUT


def _folder(shipped: str, in_checkout: str) -> Path:
    return _SHIPPED / shipped if _SHIPPED.is_dir() else _CHECKOUT / in_checkout


def lessons() -> Path:
    """The text sources of the lessons (MyST Markdown)."""
    return _folder("lessons", "course/lessons")


def exercises() -> Path:
    """What a trainee receives: nbgrader's release directory."""
    return _folder("exercises", "exercises")


def solutions() -> Path:
    """The author's version of each assignment: nbgrader's source directory."""
    return _folder("solutions", "solutions")


def assets() -> Path:
    """Data that the course reads, each file with its source and licence."""
    return _folder("assets", "assets")


def guide() -> Path:
    """The texts of the instructor guide (Markdown)."""
    return _folder("guide", "docs/guide")
