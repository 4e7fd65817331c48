"""Bars as SVG: drawn without a script, with a text alternative, readable in the dark and on paper.

>>> bars("Marks", [("strong", 100.0), ("weak", 41.2)], unit="%", line=70, line_label="pass mark")[:7]
'<figure'

A figure never stands alone: the caller puts the same numbers into a table beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape

from hanoikit.labs.html import Markup

_ROW, _LEFT, _WIDTH, _RIGHT = 26, 215, 400, 90


def bars(
    title: str,
    rows: Sequence[tuple[str, float | None]],
    *,
    unit: str = "",
    top: float = 100.0,
    line: float | None = None,
    line_label: str = "",
    sentence: str = "",
    spans: Sequence[tuple[float, float] | None] = (),
) -> Markup:
    """Horizontal bars from 0 to ``top``, each with its value in words; ``line`` draws a mark such as the
    pass mark.

    ``spans`` are intervals, one for each row, drawn as a thin line over the bar's end.
    ``sentence`` says what the figure shows; it is the caption and, with the values, the text alternative.
    """
    height = _ROW * len(rows) + 34
    total = _LEFT + _WIDTH + _RIGHT
    said = "; ".join(f"{name}: {_value(value, unit, top)}" for name, value in rows)
    # The same page each time it is made: a counter would go on.
    number = hashlib.sha256(f"{title}\n{said}".encode()).hexdigest()[:10]
    parts = []
    for place, (name, value) in enumerate(rows):
        y = place * _ROW + 4
        length = 0 if value is None else max(0.0, min(1.0, value / top)) * _WIDTH
        span = spans[place] if value is not None and place < len(spans) else None
        end = _LEFT + max(length, span[1] / top * _WIDTH if span else 0.0)
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(_short(name))}</text>'
            f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="18" class="bar{" light" if span else ""}"/>'
            f'<text x="{end + 6:.1f}" y="{y + 14}">{escape(_value(value, unit, top))}</text>'
        )
        if span is not None:
            low, high = (_LEFT + max(0.0, min(1.0, one / top)) * _WIDTH for one in span)
            parts.append(
                f'<path d="M{low:.1f} {y + 9}H{high:.1f}M{low:.1f} {y + 4}V{y + 14}M{high:.1f} {y + 4}V{y + 14}" '
                'class="span"/>'
            )
    if line is not None:
        x = _LEFT + line / top * _WIDTH
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 22}" class="mark"/>'
            f'<text x="{x:.1f}" y="{height - 6}" text-anchor="middle">{escape(line_label)}</text>'
        )
    return Markup(
        f'<figure><figcaption id="figure-{number}">{escape(title)}. {escape(sentence)}</figcaption>'
        f'<svg role="img" aria-labelledby="figure-{number} figure-{number}-values" '
        f'viewBox="0 0 {total} {height}" '
        f'width="{total}" height="{height}" direction="ltr">'
        f'<desc id="figure-{number}-values">{escape(said)}</desc>'
        "<style>text{font:13px system-ui,sans-serif;fill:var(--ink)}.bar{fill:var(--link)}"
        ".light{fill-opacity:.45}"
        ".span{stroke:var(--ink);stroke-width:1.5;fill:none}"
        ".mark{stroke:var(--ink);stroke-width:2;stroke-dasharray:6 4}</style>"
        f"{''.join(parts)}</svg></figure>"
    )


def _value(value: float | None, unit: str, top: float) -> str:
    if value is None:
        return "–"
    shown = f"{value:.2f}" if top <= 1 else f"{value:.1f}".rstrip("0").rstrip(".")
    return shown + (f" {unit}" if unit else "")


def _short(name: str) -> str:
    return name if len(name) <= 28 else name[:27] + "…"
