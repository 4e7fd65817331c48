"""The words and signs that the labs of module 2 share: verdicts, statuses, names of laws and offences.

>>> law_named("XB").name
'Brevania'
"""

from __future__ import annotations

from hanoikit.casework.scenes import Scene
from hanoikit.convention.offence import CONVENTION, Assessment, Law, StateLaw, state, states
from hanoikit.convention.offence.assessment import Status
from hanoikit.convention.offence.logic import Truth
from hanoikit.i18n import _

THE_CONVENTION = "convention"
NO_BREAK = "\u00a0"
"""A sign and its word stay together on one line."""


def law_options(*, with_convention: bool = True) -> tuple[tuple[str, str], ...]:
    """The laws that one can look at."""
    first = ((THE_CONVENTION, _("The Convention")),) if with_convention else ()
    return (*first, *((law.code, state_label(law)) for law in states()))


def law_named(value: str) -> Law:
    """The law behind an option; ``UsageError`` for a State that there is not."""
    return CONVENTION if value == THE_CONVENTION else state(value)


def state_label(law: StateLaw) -> str:
    return f"{law.name} ({law.code})"


def verdict_words(verdict: str) -> str:
    return {"in": _("✓ in"), "out": _("✕ out"), "depends": _("? depends")}[verdict].replace(" ", NO_BREAK)


def status_words(status: Status) -> str:
    words = {
        "met": _("✓ met"),
        "tried": _("◐ tried"),
        "prepared": _("◔ prepared"),
        "not met": _("✕ not met"),
        "open": _("? open"),
        "optional": _("◇ optional"),
    }
    return words[status].replace(" ", NO_BREAK)


def truth_words(truth: Truth) -> str:
    return _("open") if truth is None else _("yes") if truth else _("no")


def value_words(value: str | None) -> str:
    """A fact's value in words."""
    return {
        None: _("open: not known"),
        "yes": _("yes"),
        "no": _("no"),
        "tried": _("tried, not completed"),
        "prepared": _("only prepared"),
    }[value]


def short_name(article: int) -> str:
    """The offence in one or two words, for the edge of a figure."""
    return {
        7: _("access"),
        8: _("interception"),
        9: _("data"),
        10: _("system"),
        11: _("devices"),
        12: _("forgery"),
        13: _("theft, fraud"),
        14: _("child material"),
        15: _("grooming"),
        16: _("intimate images"),
        17: _("laundering"),
    }[article]


def row_name(one: Assessment) -> str:
    """How a row of the figure is called."""
    return (
        f"{one.article} {short_name(one.article)}"
        if one.article
        else _("own: {label}").format(label=_(one.label))
    )


def offence_name(one: Assessment) -> str:
    """Article and name, and the section where it is a State's."""
    if one.offence is not None:
        basis = _("article {n}").format(n=one.article) if one.article else _("own offence")
        return f"{_(one.label)}, {one.offence.section} ({basis})"
    return f"{one.article} {_(one.label)}" if one.article else _(one.label)


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def about(scene: Scene) -> str:
    """The scene's text, with the question whom it is about where that is a helper."""
    if scene.conduct.role == "helper":
        return f"{_(scene.text)} {_('The question is about the friend: he helped.')}"
    return _(scene.text)


def refs(provisions: tuple[str, ...]) -> str:
    return ", ".join(provisions)
