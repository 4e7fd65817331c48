"""The hash bench: what happens to a perceptual hash when a picture is changed, and what a list finds and misses.

>>> lab = hash_bench()
>>> lab.press("change", "change", drawing="3", alteration="mirror").say
'Mirrored, left and right exchanged: 128 bits of 256 differ. The list does not find it.'

All pictures are drawings of bands, bars and wedges from a seed (:mod:`hanoikit.victims`).
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from hanoikit.i18n import _
from hanoikit.labs.html import Markup, figures, join, sentence, strong, table
from hanoikit.labs.panel import Field, Picture, Result, Step, Values, panel
from hanoikit.labs.picture import COLOURS
from hanoikit.victims import (
    ALTERATIONS,
    PerceptualHash,
    altered,
    dihedral_hashes,
    distance,
    drawing,
    flat,
    perceptual_hash,
    setting,
    setting_source,
    twin,
)
from hanoikit.victims.drawings import alteration_words

DRAWINGS = range(1, 9)
REPORTED, STRANGERS, SMALL = 30, 120, (240, 180)
"""The platform of the second step: drawings on the list, other drawings that are uploaded, and their size."""
WIDEST = 140


def hash_bench() -> Any:
    """The panel: one drawing through every change, and a platform with a list."""
    placements = Field("placements", "checks", _("On the list"), (("all", _("all eight placements")),), [])
    kinds = tuple((name, word) for name, word in alteration_words().items())
    limits = (0.0, float(WIDEST), 1.0)
    threshold = Field(
        "threshold", "range", _("Threshold"), value=setting("threshold"), limits=limits, unit=_("bits")
    )
    return panel(
        _("Hash bench"),
        [
            Step(
                "change",
                _("Change a drawing"),
                sentence(
                    _(
                        "The drawing stands for an image on the list. Guess how far the changed copy is, then look."
                    )
                ),
                fields=[
                    Field("drawing", "select", _("Drawing"), tuple((str(n), str(n)) for n in DRAWINGS), "3"),
                    Field("alteration", "select", _("Change"), kinds, "resize"),
                    threshold,
                    placements,
                ],
                run=_change,
                live=True,
            ),
            Step(
                "platform",
                _("Run a list for a platform"),
                sentence(
                    _(
                        "{reported} drawings are on the list. The platform gets a changed copy of each, and {others} "
                        "other pictures: {strangers} drawings, 5 near twins of listed ones and 5 almost empty sheets."
                    ).format(reported=REPORTED, others=STRANGERS + 10, strangers=STRANGERS)
                ),
                fields=[
                    Field("alteration", "select", _("Change of the copies"), kinds, "caption"),
                    threshold,
                    placements,
                    Field(
                        "quality",
                        "checks",
                        _("Guard"),
                        (("on", _("leave out hashes of low quality")),),
                        ["on"],
                    ),
                ],
                run=_platform,
                live=True,
            ),
        ],
    )


@cache
def _one(seed: int, alteration: str) -> PerceptualHash:
    return perceptual_hash(altered(drawing(seed), alteration))


@cache
def _all(seed: int, small: bool) -> dict[str, PerceptualHash]:
    return dict(dihedral_hashes(drawing(seed, size=SMALL) if small else drawing(seed)))


def _nearest(seed: int, alteration: str, *, placements: bool) -> int:
    listed = _all(seed, False).values() if placements else (_one(seed, "copy"),)
    return min(distance(one.bits, _one(seed, alteration).bits) for one in listed)


def _png(picture: Any) -> bytes:
    held = BytesIO()
    shown = picture.copy()
    shown.thumbnail((220, 220))
    shown.quantize(32).save(held, "PNG", optimize=True)
    return held.getvalue()


def _change(values: Values) -> Result:
    seed, alteration, limit = int(values["drawing"]), str(values["alteration"]), int(values["threshold"])
    every = "all" in (values["placements"] or ())
    words = alteration_words()
    found = {name: _nearest(seed, name, placements=every) for name in ALTERATIONS}
    bits, hit = found[alteration], found[alteration] <= limit
    verdict = _("The list finds it.") if hit else _("The list does not find it.")
    said = _("{change}: {bits} bits of 256 differ. {verdict}").format(
        change=words[alteration][:1].upper() + words[alteration][1:], bits=bits, verdict=verdict
    )
    hits = [name for name in ALTERATIONS if found[name] <= limit]
    alt = _(
        "Bars: how many bits differ after each change. Within {limit} bits, so found: {hits}. Missed: {missed}."
    ).format(
        limit=limit,
        hits=", ".join(words[name] for name in hits) or _("none"),
        missed=", ".join(words[name] for name in ALTERATIONS if name not in hits) or _("none"),
    )
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [words[name] for name in reversed(ALTERATIONS)],
        "x": [found[name] for name in reversed(ALTERATIONS)],
        "text": [
            f"{found[name]} {_('found') if name in hits else _('missed')}" for name in reversed(ALTERATIONS)
        ],
        "textposition": "outside",
        "marker": {
            "color": [COLOURS[0] if name in hits else COLOURS[1] for name in reversed(ALTERATIONS)],
            "pattern": {"shape": ["" if name in hits else "/" for name in reversed(ALTERATIONS)]},
        },
        "hoverinfo": "skip",
    }
    line = {"type": "line", "x0": limit, "x1": limit, "y0": -0.5, "y1": len(ALTERATIONS) - 0.5}
    picture = Picture(
        [bars],
        {
            "shapes": [line | {"line": {"color": "#1a1a1a", "width": 2, "dash": "dash"}}],
            "xaxis": {"title": {"text": _("bits that differ (dashed: threshold)")}, "range": [0, 180]},
            "showlegend": False,
        },
        alt=alt,
        height=400,
    )
    changed = altered(drawing(seed), alteration)
    shown = join(
        sentence(strong(said)),
        figures(
            [
                (_png(drawing(seed)), _("An abstract drawing of bands, bars and wedges."), _("on the list")),
                (
                    _png(changed),
                    _("The same drawing, {change}.").format(change=words[alteration]),
                    _("uploaded: {change}").format(change=words[alteration]),
                ),
            ]
        ),
        table(
            _("Distance after each change"),
            [_("Change"), _("Bits"), _("On a list with {limit} bits").format(limit=limit)],
            [(words[name], found[name], _("found") if name in hits else _("missed")) for name in ALTERATIONS],
        ),
        sentence(_("Threshold 31: {source}.").format(source=setting_source("threshold"))),
    )
    return Result(shown, say=said, pictures=(picture,))


@cache
def _copies(alteration: str) -> tuple[PerceptualHash, ...]:
    return tuple(
        perceptual_hash(altered(drawing(seed, size=SMALL), alteration)) for seed in range(1, REPORTED + 1)
    )


@cache
def _others() -> tuple[tuple[str, PerceptualHash], ...]:
    drawn = [
        ("drawing", perceptual_hash(drawing(seed, size=SMALL))) for seed in range(1000, 1000 + STRANGERS)
    ]
    twins = [("twin", perceptual_hash(twin(seed).resize(SMALL))) for seed in range(1, 6)]
    sheets = [("sheet", perceptual_hash(flat(0.48 + n / 100, size=SMALL))) for n in range(5)]
    return (*drawn, *twins, *sheets)


@cache
def _distances(
    alteration: str, every: bool, guarded: bool
) -> tuple[tuple[int, ...], tuple[tuple[str, int], ...]]:
    """For each copy its distance to its own entry, for each other picture the distance to the nearest entry."""
    least = setting("least_quality")
    lists = [
        list(_all(seed, True).values()) if every else [_all(seed, True)["as-is"]]
        for seed in range(1, REPORTED + 1)
    ]
    entries = [one for one_list in lists for one in one_list]
    if not guarded:
        entries.append(perceptual_hash(flat(0.5, size=SMALL)))
    own = tuple(
        min(distance(copy.bits, one.bits) for one in listed)
        for copy, listed in zip(_copies(alteration), lists, strict=True)
    )
    others = tuple(
        (kind, min(distance(found.bits, one.bits) for one in entries))
        for kind, found in _others()
        if not guarded or found.quality >= least
    )
    return own, others


def _platform(values: Values) -> Result:
    alteration, limit = str(values["alteration"]), int(values["threshold"])
    every, guarded = "all" in (values["placements"] or ()), "on" in (values["quality"] or ())
    own, others = _distances(alteration, every, guarded)
    found = sum(bits <= limit for bits in own)
    wrong = [kind for kind, bits in others if bits <= limit]
    said = _(
        "{found} of {all} copies found, {missed} missed; {wrong} other pictures matched by mistake."
    ).format(found=found, all=len(own), missed=len(own) - found, wrong=len(wrong))
    steps = range(0, WIDEST + 1, 2)
    rising = [sum(bits <= step for bits in own) for step in steps]
    false = [sum(bits <= step for _kind, bits in others) for step in steps]
    picture = Picture(
        [
            {"type": "scatter", "mode": "lines", "name": _("copies found"), "x": list(steps), "y": rising}
            | {"line": {"color": COLOURS[0], "width": 3}},
            {"type": "scatter", "mode": "lines", "name": _("false matches"), "x": list(steps), "y": false}
            | {"line": {"color": COLOURS[1], "width": 3, "dash": "dot"}},
        ],
        {
            "shapes": [
                {"type": "line", "x0": limit, "x1": limit, "y0": 0, "y1": 1, "yref": "paper"}
                | {"line": {"color": "#1a1a1a", "width": 2, "dash": "dash"}}
            ],
            "xaxis": {"title": {"text": _("threshold in bits")}, "range": [0, WIDEST]},
            "yaxis": {"title": {"text": _("pictures")}, "range": [0, 60]},
        },
        alt=_(
            "Two lines rise with the threshold: copies found (solid), false matches (dotted). At {limit} bits: {said}"
        ).format(limit=limit, said=said),
        height=340,
    )
    chosen = sorted({0, 16, 31, 64, 100, 120, limit})
    rows = [
        (
            bits,
            sum(one <= bits for one in own),
            sum(one <= bits for kind, one in others if kind == "drawing"),
            sum(one <= bits for kind, one in others if kind == "twin"),
            sum(one <= bits for kind, one in others if kind == "sheet"),
        )
        for bits in chosen
    ]
    shown = join(
        sentence(strong(said)),
        table(
            _("What each threshold does"),
            [
                _("Bits"),
                _("Copies found"),
                _("False: other drawings"),
                _("False: near twins"),
                _("False: empty sheets"),
            ],
            rows,
        ),
        _lesson(wrong, missed=len(own) - found),
        sentence(_("Quality 50: {source}.").format(source=setting_source("least_quality"))),
    )
    return Result(shown, say=said, pictures=(picture,))


def _lesson(wrong: list[str], *, missed: int) -> Markup:
    """What the figures mean for people."""
    told = []
    if wrong:
        told.append(
            _(
                "Each false match is somebody's own picture. A trained person looks before anything is removed."
            )
        )
    if missed:
        told.append(_("Each miss is a copy that stays online. The list never replaces a removal request."))
    return sentence(*told) if told else Markup("")
