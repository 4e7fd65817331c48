"""Parts of the report pages: tables that can be sorted and narrowed down, shares and intervals in words.

>>> share(0.5), span((0.25, 0.75))
('50 %', '25 – 75 %')
>>> rows_table("Marks", [_("Trainee"), _("Percent")], [[Cell("Amal"), Cell("83.3 %", 83.3)]], narrow=True)

A page works without its script: then the tables stand as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from hanoikit.i18n import _
from hanoikit.labs.html import Markup, text

NOTHING = "–"
_SHORT = 14
"""Characters of a number that stay on one line."""

HEAD = """<style>
.scroll { max-width: 100%; } .scroll:focus-visible { outline: 3px solid var(--link); }
table[data-sort] td { overflow-wrap: break-word; }
td.short { white-space: nowrap; } td.number { text-align: end; font-variant-numeric: tabular-nums; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible, summary:focus-visible, input:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
th button::after { content: " \\21C5"; content: " \\21C5" / ""; color: var(--line); }
th[aria-sort=ascending] button::after { content: " \\2191"; content: " \\2191" / ""; color: var(--ink); }
th[aria-sort=descending] button::after { content: " \\2193"; content: " \\2193" / ""; color: var(--ink); }
.narrow { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: baseline; margin: 0.6rem 0 0; }
.narrow input { font: inherit; padding: 0.15rem 0.4rem; min-width: 12rem; background: var(--paper);
  color: var(--ink); border: 1px solid var(--line); }
summary { cursor: pointer; font-weight: 600; padding: 0.25rem 0; }
td ul { margin: 0; padding-inline-start: 1.1rem; }
nav ol { columns: 2 18rem; padding-inline-start: 1.4rem; } tr[hidden] { display: none; }
.todo { border-inline-start: 0.4rem solid var(--bad); background: var(--soft); padding: 0.3rem 1rem; }
@media print { .narrow, nav { display: none; } th button::after { content: ""; } .scroll { overflow: visible; }
  /* Chromium leaves buttons out of the heads that it repeats on each sheet. */
  th button { display: contents; }
  table { font-size: 8.5pt; } th, td { padding: 0.15rem 0.3rem; } h2 { break-before: auto; } }
@page { margin: 14mm; }
</style>
"""

SCRIPT = """<script>
"use strict";
for (const table of document.querySelectorAll("table[data-sort]")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const key = (row, n) => { const c = row.cells[n]; return c.dataset.key ?? c.textContent.trim(); };
  heads.forEach((head, n) => {
    const button = document.createElement("button");
    button.type = "button"; button.append(...head.childNodes); head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const compare = (a, b) => {
        const x = key(a, n), y = key(b, n), p = parseFloat(x), q = parseFloat(y);
        if (isNaN(p) !== isNaN(q)) return isNaN(p) ? 1 : -1;
        return (up ? 1 : -1) * (isNaN(p) ? x.localeCompare(y) : p - q);
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
  if (!table.dataset.narrow) continue;
  const label = document.createElement("label"), input = document.createElement("input");
  const count = document.createElement("span");
  input.type = "search"; count.setAttribute("role", "status");
  label.className = "narrow"; label.append(table.dataset.narrow, " ", input, " ", count);
  table.parentElement.before(label);
  input.addEventListener("input", () => {
    const words = input.value.toLocaleLowerCase().split(/\\s+/);
    let shown = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLocaleLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = `${shown} / ${body.rows.length}`;
  });
}
</script>
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and what it is sorted by where that is another thing; numbers stand at the end of a cell."""

    shown: object
    key: float | str | None = None


def rows_table(
    caption: str, head: Sequence[object], rows: Iterable[Sequence[object]], *, narrow: bool = False
) -> Markup:
    """A table in a frame that scrolls. With the page's script it can be sorted, and with ``narrow`` narrowed down."""
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(_cell(value, first=not place) for place, value in enumerate(row)) + "</tr>"
        for row in rows
    )
    narrowed = f' data-narrow="{escape(_("Show only rows with:"))}"' if narrow else ""
    return framed(
        Markup(
            f"<table data-sort{narrowed}><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        ),
        caption,
    )


def _cell(value: object, *, first: bool) -> str:
    cell = value if isinstance(value, Cell) else Cell(value)
    key = "" if cell.key is None else f' data-key="{escape(str(cell.key))}"'
    number = ""
    if isinstance(cell.key, float | int):
        number = ' class="number short"' if len(str(cell.shown)) <= _SHORT else ' class="number"'
    return (
        f'<th scope="row"{key}>{text(cell.shown)}</th>'
        if first
        else f"<td{number}{key}>{text(cell.shown)}</td>"
    )


def framed(inner: Markup, label: str) -> Markup:
    """A frame in which something wide scrolls, also with the keyboard."""
    return Markup(f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(label)}">{inner}</div>')


def heading(level: int, words: str, identity: str = "") -> Markup:
    """A heading, with an anchor when it has an identity."""
    anchor = f' id="{escape(identity)}"' if identity else ""
    return Markup(f"<h{level}{anchor}>{escape(words)}</h{level}>")


def share(value: float | None) -> str:
    """A share from 0 to 1 in percent."""
    return NOTHING if value is None else f"{100 * value:.0f} %"


def share_cell(value: float | None) -> Cell:
    """The same as a cell that is sorted by its value."""
    return Cell(share(value), NOTHING if value is None else round(100 * value, 2))


def span(interval: tuple[float, float] | None) -> str:
    """An interval of shares in percent."""
    return NOTHING if interval is None else f"{100 * interval[0]:.0f} – {100 * interval[1]:.0f} %"


def decimals(interval: tuple[float, float] | None) -> str:
    """An interval with two decimals."""
    if interval is None:
        return NOTHING
    return _("{low:.2f} to {high:.2f}").format(low=interval[0], high=interval[1])


def moment(at: datetime | None, zone: ZoneInfo | None) -> str:
    """Day, time and offset, in the zone of the class (UTC without one)."""
    if at is None:
        return NOTHING
    local = at.astimezone(zone or ZoneInfo("UTC"))
    return f"{local:%Y-%m-%d %H:%M} {local:%Z}"


def module_of(assignment: str) -> str:
    """``m04-evidence-chain`` -> ``m04``."""
    return assignment.partition("-")[0]
