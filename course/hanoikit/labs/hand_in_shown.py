"""What the page to hand in on shows: the receipt with its large code, the hand-ins so far, what a check found.

>>> sealed(done, findings=(), mail=True)
'<p class="hk-large"><code>K7QF-2M9X-PT3A</code></p>...'
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hanoikit.errors import Finding
from hanoikit.handin import codes, submitting, verifying
from hanoikit.handin.submitting import HandedIn, Kept
from hanoikit.handin.verifying import Checked
from hanoikit.i18n import _
from hanoikit.labs.html import Markup, bullets, code, join, large, preformatted, sentence, strong, table

_USED: dict[str, tuple[str, ...]] = {
    "completion": ("hanoikit.handin.record.check", "hanoikit.trust.certificates.verify"),
    "bundle": ("hashlib.sha256", "hanoikit.evidence.bagging.manifest_bytes", "Ed25519PublicKey.verify"),
    "receipt": ("hanoikit.trust.canonical.canonical", "Ed25519PublicKey.verify"),
    "counter-receipt": ("hanoikit.trust.certificates.verify", "hanoikit.trust.certificates.check_signature"),
    "history": (
        "hanoikit.trust.certificates.verify",
        "hanoikit.evidence.seal.SignedRoot.verify",
        "hanoikit.evidence.merkle.leaf_hash",
        "hanoikit.evidence.merkle.check_inclusion",
    ),
}


def checked(found: Checked) -> Markup:
    """A check: its sentence, what the file says, the marks, what was found, and which functions found it."""
    parts = [
        sentence(strong(found.sentence)),
        table(_("What the file says"), [_("What"), _("Value")], found.facts),
    ]
    if found.history is not None:
        lines = [verifying.mark_words(one) for one in found.history.standings()]
        parts += [sentence(_("Your marks, as the ledger has them:")), bullets(lines)]
    if found.findings:
        parts += [sentence(_("What was found:")), bullets(str(finding) for finding in found.findings)]
    used = _USED.get(found.kind, ()) + (_USED["history"] if found.history is not None else ())
    parts += [sentence(_("What checked it:")), bullets(code(name) for name in dict.fromkeys(used))]
    return join(*parts)


def kept(hand_ins: Sequence[Kept]) -> Markup:
    rows = [
        (str(one.receipt.number), one.receipt.at.strftime("%Y-%m-%d %H:%M"), code(one.receipt.code))
        for one in hand_ins
    ]
    return table(_("Sealed so far"), [_("Number"), _("Sealed"), _("Code")], rows)


def unsaved() -> Finding:
    message = _(
        "The notebooks that are open could not be saved by themselves. If you typed text or code, save (Ctrl+S) and "
        "hand in again. Answers given with controls are saved."
    )
    return Finding("not-saved", message, severity="warning")


def sealed(done: HandedIn, findings: Sequence[Finding], *, mail: bool) -> Markup:
    """The receipt for the eye: the code, the file, what to know, and the mail where one is needed."""
    parts = [large(done.receipt.code), sentence(_("To read out:"), codes.spelled(done.receipt.code))]
    if done.repeated:
        parts.append(
            sentence(
                _("Nothing changed since you sealed hand-in {number}: it is the same one.").format(
                    number=done.receipt.number
                )
            )
        )
    if findings:
        parts += [sentence(strong(_("You should know:"))), bullets(str(finding) for finding in findings)]
    who = ", ".join(filter(None, [done.receipt.name, done.receipt.trainee]))
    rows: list[tuple[object, ...]] = [
        (_("Name"), who),
        (_("File"), code(done.path.name)),
        (_("It lies in"), code(_here(done.path.parent, done.kept))),
        (_("Size"), submitting.size_words(done.size)),
        (_("Hand-in number"), done.receipt.number),
        (_("Answers in it"), done.answered),
    ]
    if done.kept != done.path:
        rows.append((_("Your own copy"), code(_here(done.kept, done.kept))))
    parts.append(table(_("Your hand-in"), [_("What"), _("Value")], rows))
    if mail:
        parts.append(_mail(done))
    parts.append(sentence(_("Write the code down. Your instructor reads out the codes of what came in.")))
    return join(*parts)


def _mail(done: HandedIn) -> Markup:
    subject, text = submitting.mail(done)
    words = [
        sentence(
            _(
                "Send it by mail: attach the file above (in JupyterLab: right-click it under handed-in, Download)."
            )
        ),
        preformatted(f"{_('Subject')}: {subject}\n\n{text}"),
    ]
    if done.size > submitting.MAIL_SIZE:
        words.insert(
            0, sentence(strong(_("It is large for a mail; many mail services refuse it. Use a stick.")))
        )
    return join(*words)


def _here(path: Path, kept: Path) -> Path:
    """A path as the list of files shows it, where it lies in the course folder; ``kept`` is the copy there."""
    return path.relative_to(kept.parents[1]) if path.is_relative_to(kept.parents[1]) else path
