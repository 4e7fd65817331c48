"""What a lab shows where it must not act: while a hand-in is being marked."""

from __future__ import annotations

from hanoikit.i18n import _


class Inert:
    """Stands for a lab's widget during marking: prints one line, does nothing, has every method."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return _("({lab}: not shown while marking)").format(lab=self.name)
