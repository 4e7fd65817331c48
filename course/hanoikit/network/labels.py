"""The codes of the tables in words that a person says: choices of an element, notes of a case file.

>>> choice_label("traffic"), note_label("order")
('traffic data', 'the holder was ordered to preserve')

A panel in a notebook and the desk service's pages show the same words.
"""

from __future__ import annotations

from hanoikit.i18n import _


def choice_label(choice: str) -> str:
    """A choice of the tables in words; an unknown code as it is, without hyphens."""
    return {
        "ordinary": _("ordinary"),
        "urgent": _("urgent"),
        "emergency": _("emergency"),
        "convention-offence": _("an offence of the Convention (articles 7 to 17)"),
        "serious-crime": _("other serious crime (four years or more)"),
        "none": _("none"),
        "confidential": _("confidential"),
        "confidential-no-notice": _("confidential, and the user is not told"),
        "subscriber": _("subscriber information"),
        "traffic": _("traffic data"),
        "content": _("content data"),
        "open-source": _("open source: public data"),
        "voluntary": _("voluntary: somebody gives them freely"),
        "production": _("production order"),
        "search": _("search and seizure"),
        "real-time": _("real-time collection"),
        "interception": _("interception"),
        "central-authority": _("central authority to central authority"),
        "diplomatic": _("diplomatic channel"),
        "interpol": _("INTERPOL, in an urgent case"),
    }.get(choice, choice.replace("-", " "))


def note_label(what: str) -> str:
    """What a note of a case file records, in words."""
    return {
        "read": _("opened"),
        "order": _("the holder was ordered to preserve"),
        "renewed": _("the order was renewed"),
        "passed-on": _("passed on to another authority"),
        "assistance-received": _("the request for legal assistance came in"),
        "assistance-decided": _("the request for legal assistance was decided"),
        "remark": _("remark"),
        "decision": _("decision, with its facts and provision"),
    }.get(what, what)
