"""What a lab shows where it must not act: while a hand-in is being marked."""

from __future__ import annotations

from collections.abc import Iterator

from hanoikit.i18n import _


class Inert:
    """Stands for a lab's widget during marking: prints one line, does nothing, has every method, holds nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return _("({lab}: not shown while marking)").format(lab=self.name)

    def __getattr__(self, name: str) -> Inert:
        # A trainee's own cells may use the lab; while marking they meet an empty one instead of an error.
        if name.startswith("_"):  # IPython and copying ask for such names to see what an object can do
            raise AttributeError(name)
        return self

    def __call__(self, *_arguments: object, **_named: object) -> Inert:
        return self

    def __iter__(self) -> Iterator[object]:
        return iter(())
