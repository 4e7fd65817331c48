"""The provisions that a decision of the whole case may rest on, each with what it says in a few words.

>>> provisions()[0]
('2(o)', '2(o) · an emergency: life or safety of a person')
"""

from __future__ import annotations

from hanoikit.i18n import _


def provisions() -> tuple[tuple[str, str], ...]:
    """What the panel offers, by number; grounds of refusal are marked as such."""
    words = {
        "2(o)": _("an emergency: life or safety of a person"),
        "6(2)": _("nothing allows to suppress freedoms"),
        "14(1)": _("material that shows children"),
        "16(1)": _("intimate images without consent"),
        "24(1)": _("proportionality"),
        "24(2)": _("review by a judge or another independent body"),
        "25(1)": _("data are preserved fast"),
        "34(1)": _("help for victims"),
        "34(6)": _("images are removed"),
        "36(3)": _("passing on only with the sender's yes"),
        "40(1)": _("States help each other as widely as possible"),
        "40(8)": _("ground: no crime here"),
        "40(13)": _("a written record that can be checked"),
        "40(14)": _("sent so that it stays authentic"),
        "40(16)": _("more information may be asked for"),
        "40(21)(a)": _("ground: form"),
        "40(21)(b)": _("ground: essential interests"),
        "40(21)(c)": _("ground: not possible at home"),
        "40(21)(d)": _("ground: our legal system"),
        "40(22)": _("ground: persecution"),
        "40(24)": _("bank secrecy is no reason"),
        "40(27)": _("put off because of a case of our own"),
        "40(28)": _("before a refusal: talk about conditions and parts"),
        "41(3)(e)": _("data that avert an emergency"),
        "41(4)": _("the desk passes on to the authority in charge"),
        "44(1)": _("stored data are opened on request"),
    }
    return tuple((number, f"{number} · {text}") for number, text in words.items())


def is_ground(provision: str) -> bool:
    """Whether a request can be refused on this."""
    return provision == "40(8)" or provision.startswith(("40(21)", "40(22)"))
