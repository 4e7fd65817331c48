"""The debrief: one page that plays a run again, with the moments that decided it, the scores and what was checked.

>>> record = read("exercise.zip")
>>> Path("debrief.html").write_text(page(record, score(record)), encoding="utf-8")

One file with nothing outside it: it works without a network, with the keyboard alone, read aloud, and on paper. What a
desk wrote is shown as text. The same record gives the same page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from importlib.resources import files

from hanoikit.capstone.debrief_events import Event, events
from hanoikit.capstone.debrief_picture import picture
from hanoikit.capstone.products import source_of
from hanoikit.capstone.record import Record
from hanoikit.capstone.scoring import GROUPS, Element, Score, group_label
from hanoikit.i18n import _, direction, language
from hanoikit.network import tables
from hanoikit.network.messages import Document


def page(record: Record, found: Score) -> str:
    """The page as HTML."""
    deciding = moments(found)
    happened = events(record, deciding)
    drawing, places = picture(record, happened)
    shown = [
        {
            "clocks": list(one.clocks),
            "moments": [f"{number}. {deciding[number - 1].title}" for number in one.moments],
            "stated": list(one.stated),
            "title": one.title,
            "when": one.when,
            "x": round(places[one.number], 1),
        }
        for one in happened
    ]
    data = {
        "events": shown,
        "words": {"decided": _("This decided:"), "pause": _("Pause"), "play": _("Play")},
    }
    title = _("Debrief: {title}").format(title=_(record.scenario.title))
    parts = [
        _header(record, found, title),
        "<main>",
        _holds(record),
        _teams(record, found),
        _moments(deciding, happened),
        _replay(drawing, happened),
        _scores(record, found),
        _papers(record),
        _log(happened),
        "</main>",
        f'<script type="application/json" id="events">{_safe(data)}</script>',
        f"<script>{_part('debrief.js')}</script>",
    ]
    return (
        f'<!doctype html>\n<html lang="{language()}" dir="{direction()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_part('debrief.css')}</style></head><body>"
        + "\n".join(parts)
        + "</body></html>\n"
    )


def moments(found: Score) -> list[Element]:
    """What decided the run, in the order of time; what never happened comes last."""
    asked = [one for one in found.elements if one.asked and one.group != "record"]
    return sorted(
        asked, key=lambda one: (one.moment is None, one.moment.timestamp() if one.moment else 0.0, one.id)
    )


def _header(record: Record, found: Score, title: str) -> str:
    links = (
        ("moments", _("What decided it")),
        ("replay", _("Replay")),
        ("scores", _("Scores")),
        ("log-title", _("Everything that happened")),
    )
    items = "".join(f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in links)
    who = _("four teams") if record.live else _("one desk; the other States answered by a script")
    return (
        f"<header><h1>{escape(title)}</h1>"
        f'<p class="quiet">{escape(_(record.scenario.about))} ({escape(who)})</p>'
        f'<nav aria-label="{escape(_("On this page"))}"><ul>{items}</ul></nav></header>'
    )


def _holds(record: Record) -> str:
    checked = "".join(f"<li>{escape(text)}</li>" for text in record.about)
    return f'<div class="holds"><p><strong>✓ {escape(_("This record holds."))}</strong></p><ul>{checked}</ul></div>'


def _teams(record: Record, found: Score) -> str:
    cards = [_card(_("Everybody together"), found)] if len(record.teams) > 1 else []
    cards += [_card(f"{tables.rules(one).name} ({one})", found.team(one)) for one in record.teams]
    return f'<ul class="teams">{"".join(cards)}</ul>'


def _card(name: str, found: Score) -> str:
    percent = round(found.share * 100)
    said = _("{points} of {maximum} points").format(
        points=points(found.points), maximum=points(found.maximum)
    )
    return (
        f"<li>{escape(name)}<strong>{percent} %</strong>"
        f'<div class="bar" aria-hidden="true"><span style="width:{percent}%"></span></div>'
        f'<span class="quiet">{escape(said)}</span></li>'
    )


def points(number: float) -> str:
    """Points as people read them: with one place where one is needed."""
    return f"{round(number, 1):g}"


def _papers(record: Record) -> str:
    """Whose the documents were: prepared by the course, or made by the team."""
    rows = []
    for one in record.sent:
        body = one.message.body
        if (
            not isinstance(body, Document)
            or one.by
            or not body.content
            or one.message.sender not in record.teams
        ):
            continue
        whose = _("prepared") if source_of(body) != "own" else _("the team's own, or changed by it")
        rows.append(
            f'<tr><td>{escape(one.message.sender)}</td><th scope="row">{escape(body.title)}</th>'
            f"<td>{escape(whose)}</td></tr>"
        )
    if not rows:
        return ""
    heads = "".join(
        f'<th scope="col">{escape(text)}</th>' for text in (_("State"), _("Document"), _("Whose work"))
    )
    caption = _("Documents that were handed over, and whose work they are")
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(caption)}"><table id="papers">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _moments(deciding: list[Element], happened: Iterable[Event]) -> str:
    places = {number: one for one in happened for number in one.moments}
    rows = []
    for number, one in enumerate(deciding, 1):
        mood, sign, word = _mood(one)
        event = places.get(number)
        when = event.when if event else (_("It never happened.") if one.moment is None else "")
        link = (
            f' <a href="#replay" data-show="{event.number}">{escape(_("Show it in the replay"))}</a>'
            if event
            else ""
        )
        otherwise = (
            f"<p><strong>{escape(_('Otherwise:'))}</strong> {escape(one.otherwise)}</p>"
            if one.share == 1
            else f"<p><strong>{escape(_('What that costs:'))}</strong> {escape(one.otherwise)}</p>"
        )
        rows.append(
            f'<li class="{mood}"><h3>{escape(_goal(one))}</h3>'
            f'<p class="sign">{sign} {escape(word)}</p>'
            f'<p class="quiet">{escape(one.team)} · {escape(when)}{link}</p>'
            f"<p>{escape(one.reason)}</p>{otherwise}</li>"
        )
    return f'<h2 id="moments">{escape(_("The moments that decided it"))}</h2><ol class="moments">{"".join(rows)}</ol>'


def _goal(one: Element) -> str:
    return one.title


def _mood(one: Element) -> tuple[str, str, str]:
    if one.share == 1:
        return "good", "✓", _("It went so")
    if one.share == 0:
        return "bad", "✗", _("It did not happen")
    return "half", "◐", _("In part")


def _replay(drawing: str, happened: list[Event]) -> str:
    legend = (
        ("?", _("asks")),
        ("✓", _("confirms")),
        ("◐", _("gives a part")),
        ("✗", _("refuses")),
        ("…", _("wants to know more")),
        ("▤", _("hands over a document")),
        ("!", _("emergency")),
        ("◆", _("decision in the file")),
        ("☞", _("words of the story")),
        ("†", _("too late from here on")),
    )
    items = "".join(f"<li>{sign} {escape(text)}</li>" for sign, text in legend)
    signs = _(
        "Dashed arrows: sent by the story or a script. Filled signs: they decided something. The table at the end says "
        "the same in words."
    )
    return (
        f'<h2 id="replay">{escape(_("Replay"))}</h2><div class="player">'
        '<div class="controls">'
        f'<button type="button" class="do" id="play">{escape(_("Play"))}</button>'
        f'<button type="button" id="back">{escape(_("One back"))}</button>'
        f'<button type="button" id="on">{escape(_("One on"))}</button>'
        f'<button type="button" id="decisive">{escape(_("Next moment that decided"))}</button>'
        f"<label>{escape(_('Place'))}"
        f'<input type="range" id="place" min="0" max="{max(0, len(happened) - 1)}" value="0" step="1"></label></div>'
        '<p class="clocks" id="clocks"></p>'
        f'<div class="chart" tabindex="0" role="group" aria-label="{escape(_("Time line of the exercise"))}">'
        f"{drawing}</div>"
        f'<ul class="legend" aria-label="{escape(_("Signs"))}">{items}</ul>'
        '<div class="now-box" id="now" aria-live="polite"></div></div>'
        f'<p class="quiet">{escape(signs)}</p>'
    )


def _scores(record: Record, found: Score) -> str:
    heads = "".join(
        f'<th scope="col">{escape(text)}</th>' for text in (_("What"), _("Points"), _("Why"), _("Rests on"))
    )
    tables_ = []
    for team in record.teams:
        rows = []
        mine = found.team(team)
        for group in GROUPS:
            for one in (each for each in mine.elements if each.group == group):
                rows.append(_row(one))
        caption = f"{tables.rules(team).name} ({team}): {points(mine.points)} / {points(mine.maximum)}"
        tables_.append(
            f'<div class="wide" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
            f"<caption>{escape(caption)}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )
    note = _(
        "The points are the course's own, and the keys are the authors'. They are no consensus of experts."
    )
    return f'<h2 id="scores">{escape(_("Scores"))}</h2>{"".join(tables_)}<p class="quiet">{escape(note)}</p>'


def _row(one: Element) -> str:
    mood, sign, _word = _mood(one)
    if not one.asked:
        return (
            f'<tr><th scope="row">{escape(one.title)}</th><td class="n">–</td>'
            f"<td>{escape(one.reason)}</td><td>{escape(', '.join(one.provisions))}</td></tr>"
        )
    tests = "".join(
        f"<li>{'✓' if test.met else '✗'} {escape(test.label)}: {escape(test.reason)}</li>"
        for test in one.tests
    )
    return (
        f'<tr><th scope="row">{escape(one.title)}<br><span class="quiet">{escape(group_label(one.group))}</span></th>'
        f'<td class="n {mood}">{sign} {points(one.earned)} / {points(one.points)}</td>'
        f'<td><ul class="tests">{tests}</ul></td><td>{escape(", ".join(one.provisions))}</td></tr>'
    )


def _log(happened: Iterable[Event]) -> str:
    heads = "".join(
        f'<th scope="col">{escape(text)}</th>'
        for text in (_("No."), _("When"), _("What happened"), _("In short"))
    )
    rows = "".join(
        f'<tr><td class="n">{one.number + 1}</td><td class="n">{escape(one.when)}</td>'
        f'<th scope="row">{escape(one.title)}</th><td>{escape(one.short)}</td></tr>'
        for one in happened
    )
    caption = _("Everything that happened, in order; times in Fjordholm")
    return (
        f'<h2 id="log-title">{escape(_("Everything that happened"))}</h2>'
        f'<div class="wide" tabindex="0" role="group" aria-labelledby="log-title"><table id="log">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _part(name: str) -> str:
    return (files("hanoikit.capstone") / "page" / name).read_text(encoding="utf-8")


def _safe(value: object) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
