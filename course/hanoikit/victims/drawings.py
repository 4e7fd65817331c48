"""Abstract drawings from a seed, and what the internet does to pictures. Nothing here looks like a person.

>>> drawing(3).size
(480, 360)
>>> altered(drawing(3), "mirror").size
(480, 360)

They stand for the images that a victim reports, so that the mechanism can be learned without anybody's image: bands,
bars, wedges and lattices with straight edges, in blue, green and grey. The same seed always gives the same drawing.
"""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

from hanoikit.errors import UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from PIL.Image import Image

SIZE = (480, 360)
PALETTES = (
    ("#eef4ed", "#8da9c4", "#134074", "#13315c", "#4c8c6b"),
    ("#f1f5f9", "#64748b", "#0f172a", "#94a3b8", "#2563a8"),
    ("#e8f1ee", "#2a6f97", "#013a63", "#61a5c2", "#468c5e"),
    ("#f3f4f6", "#4b5563", "#111827", "#9ca3af", "#5b5fc7"),
    ("#ecf3f8", "#1f6f78", "#003049", "#669bbc", "#7f9f3f"),
)
"""Blues, greens and greys only: with straight edges they keep every drawing far from anything that could be a body."""


def drawing(seed: int, *, size: tuple[int, int] = SIZE) -> Image:
    """A drawing of bands, bars, wedges and lattices, all with straight edges. ``size``: width, height in pixels."""
    from PIL import Image as images
    from PIL import ImageDraw

    chance = Random(f"abstract drawing {seed}")
    ground, *colours = chance.choice(PALETTES)
    width, height = size
    made = images.new("RGB", size, ground)
    pen = ImageDraw.Draw(made)
    for _band in range(3):
        top = chance.uniform(0, 0.85) * height
        pen.rectangle((0, top, width, top + chance.uniform(0.04, 0.16) * height), fill=chance.choice(colours))
    for _shape in range(10):
        x, y = chance.uniform(0, 0.9) * width, chance.uniform(0, 0.9) * height
        wide, high = chance.uniform(0.06, 0.34) * width, chance.uniform(0.06, 0.34) * height
        colour = chance.choice(colours)
        kind = chance.choice(("bar", "wedge", "lattice", "slope"))
        if kind == "bar":
            pen.rectangle((x, y, x + wide, y + high), fill=colour)
        elif kind == "wedge":
            pen.polygon((x, y, x + wide, y + high / 3, x + wide / 4, y + high), fill=colour)
        elif kind == "slope":
            pen.polygon((x, y + high, x + wide, y, x + wide * 1.3, y, x + wide * 0.3, y + high), fill=colour)
        else:
            for line in range(4):
                left, top = x + wide * line / 3, y + high * line / 3
                pen.line((left, y, left, y + high), fill=colour, width=max(2, width // 80))
                pen.line((x, top, x + wide, top), fill=colour, width=max(2, width // 80))
    return made


def flat(row: float = 0.5, *, size: tuple[int, int] = SIZE) -> Image:
    """A sheet with one faint line, ``row`` of its height from the top: too little for a hash to hold on to."""
    from PIL import Image as images
    from PIL import ImageDraw

    made = images.new("RGB", size, "#dcdcdc")
    ImageDraw.Draw(made).line((0, int(size[1] * row), size[0], int(size[1] * row)), fill="#d2d2d2", width=2)
    return made


def twin(seed: int) -> Image:
    """Another drawing on the same ground: all is alike but a small mark. A false match waiting to happen."""
    from PIL import ImageDraw

    made = drawing(seed)
    width, height = made.size
    ImageDraw.Draw(made).rectangle((width * 0.84, height * 0.08, width * 0.89, height * 0.15), fill="#5b5fc7")
    return made


ALTERATIONS = (
    "copy",
    "resize",
    "recompress",
    "grey",
    "brighten",
    "border",
    "caption",
    "crop-5",
    "crop-25",
    "mirror",
    "quarter-turn",
)
"""What happens to pictures on their way, from harmless to drastic."""


def altered(picture: Image, alteration: str) -> Image:
    """The picture after one of ``ALTERATIONS``; ``UsageError`` for another one."""
    from PIL import ImageDraw, ImageEnhance, ImageOps
    from PIL.Image import Transpose
    from PIL.Image import open as opened

    width, height = picture.size
    if alteration == "copy":
        return picture.copy()
    if alteration == "resize":
        return picture.resize((width // 2, height // 2))
    if alteration == "recompress":
        held = BytesIO()
        picture.save(held, "JPEG", quality=20)
        with opened(BytesIO(held.getvalue())) as found:
            return found.convert("RGB")
    if alteration == "grey":
        return ImageOps.grayscale(picture).convert("RGB")
    if alteration == "brighten":
        return ImageEnhance.Brightness(picture).enhance(1.25)
    if alteration == "border":
        return ImageOps.expand(picture, border=width // 12, fill="#101010")
    if alteration == "caption":
        made = picture.copy()
        ImageDraw.Draw(made).rectangle((0, height * 0.86, width, height), fill="#ffffff")
        return made
    if alteration in ("crop-5", "crop-25"):
        share = int(alteration.removeprefix("crop-")) / 200
        return picture.crop(
            (int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share)))
        )
    if alteration == "mirror":
        return ImageOps.mirror(picture)
    if alteration == "quarter-turn":
        return picture.transpose(Transpose.ROTATE_90)
    raise UsageError(
        _("There is no alteration {name}.").format(name=alteration),
        next_step=_("They are: {names}.").format(names=", ".join(ALTERATIONS)),
    )


def alteration_words() -> dict[str, str]:
    """Each alteration in words."""
    return {
        "copy": _("exact copy"),
        "resize": _("half the size"),
        "recompress": _("saved again as a poor JPEG"),
        "grey": _("without colours"),
        "brighten": _("25 % brighter"),
        "border": _("with a black border"),
        "caption": _("with a white strip for a text"),
        "crop-5": _("5 % of width and height cut away"),
        "crop-25": _("25 % of width and height cut away"),
        "mirror": _("mirrored, left and right exchanged"),
        "quarter-turn": _("turned by a quarter"),
    }
