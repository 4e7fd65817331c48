"""A drafted request judged on content and on restraint.

>>> truth = {"requested": "XC", "circumstances": {...}, "articles": ["10"], "anchors": {"facts": ["28 March"]}}
>>> check = RequestCheck(truth)
>>> for one in check.judge({"requested": "XC", "measures.1.what": "stored-data", ...}):
...     print(one.label, one.share, one.reason)
State that is asked 1.0 The request goes to the State that can act.
Data that the case needs 0.5 Not asked for: traffic data of settle@fastsettle.example.
...

The draft goes to the responder of the requested State, with the facts of the case as that State knows them. What can be
right or wrong as a fact is compared with the truth: State, article, account, kind of data, period. Asking for more than
the facts carry costs as much as asking for less: restraint counts only as far as content is there, so an empty draft
earns nothing by asking for nothing. Prose is not marked by its words: it has to be there, in the trainee's own words,
long enough to say something, and to name a fact of the case where the truth lists ``anchors``.

The judged elements have the members that ``mark.request`` looks at: label, share, reason, weight, fatal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanoikit.cooperation import tables
from hanoikit.cooperation.answer import Answer, decision_label
from hanoikit.cooperation.checking import errors, texts, validate
from hanoikit.cooperation.circumstances import Circumstances
from hanoikit.cooperation.flat import from_form
from hanoikit.cooperation.need import beyond, covered, in_words
from hanoikit.cooperation.prose import prose
from hanoikit.cooperation.requests import AssistanceRequest, from_json
from hanoikit.cooperation.responder import respond
from hanoikit.cooperation.state_rules import law, state_name
from hanoikit.errors import DataInvalid, Finding, RequestUnreadable
from hanoikit.i18n import _

WORTH = {"grant": 1.0, "conditions": 0.9, "part": 0.6, "ask": 0.25}
"""What an answer on a measure is worth to whom it is given. A question can be answered; a refusal helps nobody."""
PROSE = ("authority", "facts", "purpose", "use")


@dataclass(frozen=True, slots=True)
class Judged:
    """One thing that is looked for: how much of it is there (0 to 1), the reason, its weight.

    A ``fatal`` one with nothing earned takes the whole document with it.
    """

    label: str
    share: float
    reason: str
    weight: float = 1.0
    fatal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTruth:
    """What a good request in this case is.

    ``fixed`` are values (by path) that the form does not ask. ``circumstances`` are the facts as the requested State
    knows them, with ``needed``: the data that the case needs. ``scope`` and ``articles`` are the right ones,
    ``instruments`` those that fit. ``secrecy`` is ``yes``, ``no`` or "" (either). ``promises`` are the assurances that
    a good request makes, ``never_promise`` those that the State could not keep. ``anchors`` maps elements to words of
    which one must appear.
    """

    requested: tuple[str, ...]
    circumstances: Circumstances
    fixed: Mapping[str, Any] = field(default_factory=dict)
    scope: str = "convention-offence"
    articles: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    secrecy: str = ""
    promises: tuple[str, ...] = ()
    never_promise: tuple[str, ...] = ()
    anchors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RequestTruth:
        """From plain data. Raises ``DataInvalid``."""
        try:
            given = dict(value)
            given["circumstances"] = Circumstances.from_json(given.get("circumstances", {}))
            states = given["requested"]
            given["requested"] = (states,) if isinstance(states, str) else tuple(states)
            for name in ("articles", "instruments", "promises", "never_promise"):
                given[name] = tuple(given.get(name, ()))
            given["anchors"] = {name: tuple(words) for name, words in given.get("anchors", {}).items()}
            return cls(**given)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DataInvalid(
                _("The truth of a case cannot be used for marking ({detail}).").format(detail=error)
            ) from error


class RequestCheck:
    """Judges drafts of a request for legal assistance against the truth of a case. "
    "``judge`` goes into ``mark.request``."""

    def __init__(self, truth: Mapping[str, Any] | RequestTruth) -> None:
        self.truth = truth if isinstance(truth, RequestTruth) else RequestTruth.from_json(truth)

    def draft(self, value: Any, *, set_aside: list[Finding] | None = None) -> AssistanceRequest:
        """The request that a form, or plain data of a request, holds. Raises ``RequestUnreadable``.

        With a list for ``set_aside`` a field that cannot be read is left out, and its finding is put there.
        """
        if isinstance(value, AssistanceRequest):
            return value
        if isinstance(value, Mapping) and isinstance(value.get("measures"), (list, tuple)):
            made = from_json({**value, "kind": "assistance"}, set_aside=set_aside)
        else:
            made = from_form(value, fixed=self.truth.fixed, set_aside=set_aside)
        assert isinstance(made, AssistanceRequest)
        return made

    def answer(self, value: Any) -> Answer:
        """The requested State's answer to the draft. Raises ``RequestUnreadable``, and ``UsageError`` for no State."""
        request = self.draft(value)
        return respond(request, law(request.requested), self.truth.circumstances)

    def judge(self, value: Any) -> list[Judged]:
        """Every element of a draft, judged. A draft that cannot be read earns nothing and says why."""
        unread: list[Finding] = []
        try:
            request = self.draft(value, set_aside=unread)
        except RequestUnreadable as error:
            return [Judged(_("The request"), 0.0, error.explain(), fatal=True)]
        content = self._content(request)
        return [
            self._state(request),
            *(self._prose(request, name) for name in PROSE),
            self._basis(request),
            *self._instrument(request),
            content,
            self._restraint(request, content.share),
            self._reasons(request),
            *self._secrecy(request),
            *self._promises(request),
            self._form(request, unread),
            self._answer(request, content.share),
        ]

    # each element

    def _state(self, request: AssistanceRequest) -> Judged:
        right = request.requested in self.truth.requested
        reason = (
            _("The request goes to the State that can act.")
            if right
            else _("{state} cannot act here: the data or the person are elsewhere.").format(
                state=state_name(request.requested) if request.requested else _("Nobody")
            )
        )
        return Judged(_("State that is asked"), float(right), reason, 1.0, fatal=True)

    def _prose(self, request: AssistanceRequest, name: str) -> Judged:
        element = tables.kind("assistance").element(name)
        text = str(getattr(request, name))
        others = [one for path, _element, one in texts(request) if path != name]
        share, reason = prose(text, element, self.truth.anchors.get(name, ()), others)
        return Judged(_(element.label), share, reason, 2.0 if name == "facts" else 1.0)

    def _basis(self, request: AssistanceRequest) -> Judged:
        label = _("Case within the Convention")
        if request.scope != self.truth.scope:
            reason = (
                _("This is an offence of the Convention: say so, with its article.")
                if self.truth.scope == "convention-offence"
                else _("This is no offence of the Convention. Evidence of serious crime is what is open.")
            )
            return Judged(label, 0.0, reason)
        if self.truth.scope == "serious-crime-evidence":
            stated = request.offence.maximum_years >= 4
            reason = (
                _("Serious crime, with its longest sentence (2(h)).")
                if stated
                else _("Say the longest sentence: four years or more (2(h)).")
            )
            return Judged(label, 1.0 if stated else 0.5, reason)
        named = {each.split("(")[0].strip() for each in request.articles}
        right = bool(named) and named <= set(self.truth.articles) if self.truth.articles else bool(named)
        reason = (
            _("The article fits the facts.")
            if right
            else _("The facts do not carry this: {articles}.").format(
                articles=", ".join(sorted(named)) or "-"
            )
        )
        return Judged(label, 1.0 if right else 0.5, reason)

    def _instrument(self, request: AssistanceRequest) -> list[Judged]:
        if not self.truth.instruments:
            return []
        right = request.instrument in self.truth.instruments
        reason = (
            _("The legal basis fits.") if right else _("Another legal basis fits: look who is Party to what.")
        )
        return [Judged(_("Legal basis"), float(right), reason)]

    def _content(self, request: AssistanceRequest) -> Judged:
        label = _("Help that the case needs")
        needed = self.truth.circumstances.needed or ()
        if not needed:
            return Judged(label, float(bool(request.measures)), _("A measure is asked for."), 3.0)
        found = [covered(request, one) for one in needed]
        missed = [in_words(one) for one, share in zip(needed, found, strict=True) if share < 1]
        reason = (
            _("Not asked for, or not in the right period: {data}.").format(data="; ".join(missed))
            if missed
            else _("Everything that the case needs is asked for.")
        )
        return Judged(label, sum(found) / len(found), reason, 3.0)

    def _restraint(self, request: AssistanceRequest, content: float) -> Judged:
        label = _("Nothing beyond what the case needs")
        needed = self.truth.circumstances.needed
        if needed is None:
            return Judged(label, content, _("It was not looked at."), 0.0)
        excess, wide = beyond(request, needed)
        share = max(0.0, 1 - (len(excess) + len(wide) / 2) / max(1, len(needed))) * content
        if excess:
            reason = _("The facts do not carry this: {data}.").format(data="; ".join(excess))
        elif wide:
            reason = _("The period is wider than the facts carry: {data}.").format(data="; ".join(wide))
        elif content < 1:
            reason = _("Restraint counts as far as the request asks for what is needed.")
        else:
            reason = _("Nothing is asked for that the case does not need.")
        return Judged(label, share, reason, 4.0)

    def _reasons(self, request: AssistanceRequest) -> Judged:
        element = next(one for one in tables.part("measure") if one.name == "need")
        if not request.measures:
            return Judged(_(element.label), 0.0, _("No measure is asked for."))
        judged = [
            prose(one.need, element, self.truth.anchors.get("need", ()), _other_texts(request))
            for one in request.measures
        ]
        share = sum(one for one, _reason in judged) / len(judged)
        reason = next(
            (text for one, text in judged if one < 1), _("Each measure says why the case needs it.")
        )
        return Judged(_(element.label), share, reason)

    def _secrecy(self, request: AssistanceRequest) -> list[Judged]:
        if not self.truth.secrecy:
            return []
        asked, wanted = request.confidentiality.asked, self.truth.secrecy == "yes"
        label = _("Secrecy of the request")
        if not request.measures:
            return [Judged(label, 0.0, _("No measure is asked for."))]
        if asked != wanted:
            reason = (
                _("The case calls for secrecy: think of what the suspect would do.")
                if wanted
                else _("Nothing in the case calls for secrecy; it has a cost.")
            )
            return [Judged(label, 0.0, reason)]
        if not wanted:
            return [Judged(label, 1.0, _("No secrecy is needed."))]
        element = tables.part("reasoned")[1]
        share, reason = prose(
            request.confidentiality.reason, element, self.truth.anchors.get("secrecy", ()), ()
        )
        return [
            Judged(
                label, 0.5 + share / 2, reason if share < 1 else _("The choice fits, and it has its reason.")
            )
        ]

    def _promises(self, request: AssistanceRequest) -> list[Judged]:
        wanted, never = set(self.truth.promises), set(self.truth.never_promise)
        if not wanted and not never:
            return []
        made = set(request.assurances)
        broken = sorted(made & never)
        label = _("What your State promises")
        if broken:
            text = _("Your State cannot keep this promise: {promise}")
            return [Judged(label, 0.0, text.format(promise=_(tables.assurance(broken[0]).text)))]
        share = len(made & wanted) / len(wanted) if wanted else 1.0
        left = sorted(wanted - made)
        reason = (
            _("The other State will want this promise: {promise}").format(
                promise=_(tables.assurance(left[0]).text)
            )
            if left
            else _("The promises fit.")
        )
        return [Judged(label, share, reason)]

    def _form(self, request: AssistanceRequest, unread: Sequence[Finding]) -> Judged:
        found = [*unread, *errors(validate(request))]
        share = max(0.0, 1 - len(found) / 5)
        reason = str(found[0]) if found else _("Nothing is missing that article 40 asks for.")
        return Judged(_("Complete and in good form"), share, reason, 2.0)

    def _answer(self, request: AssistanceRequest, content: float) -> Judged:
        label = _("Answer of the other State")
        if request.requested not in self.truth.requested:
            return Judged(label, 0.0, _("Another State was asked."), 4.0)
        answer = respond(request, law(request.requested), self.truth.circumstances)
        share = sum(WORTH.get(one.decision, 0.0) for one in answer.measures) / len(answer.measures)
        said = [decision_label(answer.decision), *answer.would_change[:1]]
        return Judged(label, share * content, " · ".join(said), 4.0)


def _other_texts(request: AssistanceRequest) -> list[str]:
    return [one for path, _element, one in texts(request) if not path.endswith(".need") and one != ""]
