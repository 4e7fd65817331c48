"""The tamper lab: attack a custody log in seven ways, see what the check finds and what it would miss.

>>> lab = tamper_lab(case)
>>> lab.press("attack", attack="truncate", anchors=[])
>>> lab.press("riddle", "new")

It works on a practice log of its own, with other people than the case, so that it gives nothing away about the log that
the trainee must judge. Every attack is done for real, with the keys that such an attacker would have.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from hanoikit.i18n import _
from hanoikit.labs.html import Markup, details, join, sentence, strong, table
from hanoikit.labs.log_panel import findings_table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel
from hanoikit.labs.showing import show_in
from hanoikit.labs.timeline import custody_timeline

if TYPE_CHECKING:
    from hanoikit.casework import Case
    from hanoikit.evidence.attacks import Attacked
    from hanoikit.evidence.custody import CustodyLog

NOTHING = "none"


def tamper_lab(case: Case, *, seed: int | None = None) -> Any:
    """The lab; ``seed`` fixes which riddles come (a fresh one each time if left out)."""
    return _TamperLab(case.seed, random.Random(seed)).widget()


class _TamperLab:
    def __init__(self, case_seed: int, rng: random.Random) -> None:
        import hashlib

        from hanoikit.casework import evidence_case, identities
        from hanoikit.casework.custody_files import honest_log
        from hanoikit.casework.people import course_authority

        self.rng = rng
        plan = evidence_case(case_seed + 1000)
        # The practice exhibits exist only as hashes: the lab is about the log, not about the files.
        names = {step.hashed for step in plan.custody.movements if step.hashed}
        hashes = {name: hashlib.sha256(f"practice {name}".encode()).hexdigest() for name in names}
        self.honest = honest_log(plan, hashes)
        self.roots = [course_authority(plan).certificate]
        self.signers = {identity.fingerprint: identity for identity in identities(plan).values()}
        self.done: dict[str, Attacked] = {}
        self.riddle: Attacked | None = None
        self.picture: Any = None

    def widget(self) -> Any:
        import ipywidgets

        self.panel = panel(_("Tamper lab: a practice log"), [self._attack_step(), self._riddle_step()])
        self.picture = ipywidgets.Output()
        box = ipywidgets.VBox([self.panel, self.picture])
        box.press = self.panel.press
        return box

    def _attack_step(self) -> Step:
        from hanoikit.evidence.attacks import ATTACKS

        options = (
            (NOTHING, _("Nothing: the honest log")),
            *((attack.name, attack.title) for attack in ATTACKS),
        )
        return Step(
            "attack",
            _("1. Be the attacker"),
            sentence(_("Choose an attack and run the check. Then run it again with the heads of a witness.")),
            fields=[
                Field("attack", "select", _("Attack"), options, "swap"),
                Field(
                    "anchors",
                    "checks",
                    _("Compare with"),
                    (("witness", _("the heads that a witness noted")),),
                    [],
                ),
            ],
            buttons=[Button("attack", _("Attack and check"))],
            run=self._attack,
        )

    def _attack(self, values: Values) -> Result:
        from hanoikit.evidence.attacks import named, receipts
        from hanoikit.evidence.custody import verify

        with_witness = "witness" in values["anchors"]
        if values["attack"] == NOTHING:
            anchors = receipts(self.honest) if with_witness else ()
            findings = verify(self.honest, roots=self.roots, anchors=anchors)
            said = _("The honest log holds.") if not findings else _("The honest log does not hold.")
            self._draw(self.honest, None)
            return Result(sentence(strong(said)), say=said, ok=not findings)
        attack = named(values["attack"])
        # The same attack at the same place again, so that with and without a witness can be compared.
        attacked = self.done.setdefault(attack.name, attack.apply(self.honest, self.rng, self.signers))
        anchors = receipts(attacked.witnessed) if with_witness else ()
        findings = verify(attacked.log, roots=self.roots, anchors=anchors)
        found = bool(findings)
        said = (
            _("Found: the first broken link is entry {n}.").format(n=findings[0].entry)
            if found
            else _("Nothing found. From inside the log this attack cannot be seen.")
        )
        rows = [
            (_("Who can do it"), attack.who),
            (_("What was done"), attack.what_the_attacker_did),
            (_("How it shows"), attack.how_it_shows),
            (_("What would have missed it"), attack.what_would_have_missed_it),
        ]
        self._draw(attacked.log, findings[0].entry if found else None)
        return Result(
            join(
                sentence(strong(said)),
                table(attack.title, (_("Question"), _("Answer")), rows),
                findings_table(findings),
            ),
            say=said,
        )

    def _riddle_step(self) -> Step:
        from hanoikit.evidence.attacks import ATTACKS

        options = (("", _("choose …")), *((attack.name, attack.title) for attack in ATTACKS))
        return Step(
            "riddle",
            _("2. Be the examiner"),
            sentence(
                _(
                    "A new log, attacked in a way that you do not know. The check and the witness's heads "
                    "are shown. What was done, and where?"
                )
            ),
            fields=[
                Field("guess", "select", _("Attack"), options, ""),
                Field("entry", "number", _("First broken entry"), value=""),
            ],
            buttons=[Button("new", _("New log")), Button("judge", _("Check my answer"))],
            run=self._riddle,
        )

    def _riddle(self, values: Values) -> Result:
        from hanoikit.evidence.attacks import ATTACKS, named

        if values["action"] == "new" or self.riddle is None:
            self.riddle = self.rng.choice(ATTACKS).apply(self.honest, self.rng, self.signers)
            said = _("A new log is here. Read what the check found, then answer.")
            return Result(join(sentence(strong(said)), self._evidence()), say=said)
        if not values["guess"] or not str(values["entry"]).strip():
            said = _("Choose an attack and give the number of an entry.")
            return Result(join(sentence(strong(said)), self._evidence()), say=said, ok=False)
        truth = self.riddle
        right_name = values["guess"] == truth.attack.name
        right_place = str(values["entry"]).strip() == str(truth.first_broken)
        said = (
            _("Right: {attack}, entry {n}.").format(attack=truth.attack.title, n=truth.first_broken)
            if right_name and right_place
            else _("Not yet. {name} {place}").format(
                name=_("The attack is right.") if right_name else _("It was another attack."),
                place=_("The entry is right.") if right_place else _("It was another entry."),
            )
        )
        rows = [
            (_("How {attack} shows").format(attack=named(name).title), named(name).how_it_shows)
            for name in dict.fromkeys(
                (values["guess"], truth.attack.name) if right_name and right_place else (values["guess"],)
            )
        ]
        return Result(
            join(
                sentence(strong(said)), table(_("Compare"), (_("Attack"), _("Sign")), rows), self._evidence()
            ),
            say=said,
            ok=right_name and right_place,
        )

    def _evidence(self) -> Markup:
        from hanoikit.evidence.attacks import receipts
        from hanoikit.evidence.custody import verify

        assert self.riddle is not None
        alone = verify(self.riddle.log, roots=self.roots)
        outside = verify(self.riddle.log, roots=self.roots, anchors=receipts(self.riddle.witnessed))
        view = custody_timeline(self.riddle.log)
        inside = findings_table(alone) if alone else sentence(_("Checked alone: nothing found."))
        return join(
            sentence(_("Checked alone:")) if alone else Markup(""),
            inside,
            sentence(_("Checked against the witness's heads:")),
            findings_table(outside) if outside else sentence(_("Nothing found.")),
            view.table(_("The log")),
        )

    def _draw(self, log: CustodyLog, broken: int | None) -> None:
        view = custody_timeline(log, broken=broken)
        title = _("The practice log as a timeline")
        figure = view.figure()
        figure.update_layout(title=title)
        show_in(
            self.picture,
            sentence(strong(f"{title}."), view.sentence),
            figure,
            details(_("The same as a table"), view.table()),
        )
