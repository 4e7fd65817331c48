"""The papers of the whole case as steps of its panel: what is preserved, the documents, and what came in.

>>> Papers(run, "Europe/Helsinki").steps()[0].id
'preserve'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanoikit.errors import UsageError
from hanoikit.i18n import _
from hanoikit.labs import capstone_shown, desk_shown
from hanoikit.labs.html import join, sentence, strong
from hanoikit.labs.panel import Button, Field, Result, Step, Values

if TYPE_CHECKING:
    from hanoikit.capstone import CapstoneRun, Product

AFTER = {
    "freeze-request": "task-money",
    "removal-request": "nurse",
    "assistance-request": "task-request",
    "evidence-package": "task-request",
    "return-request": "task-return",
}
"""What has to be told, or to have come in, before a paper of this kind lies ready."""


class Papers:
    """The steps about papers over one run."""

    def __init__(self, run: CapstoneRun, zone: str) -> None:
        self.run, self.zone = run, zone

    def steps(self) -> list[Step]:
        return [self._preserve(), self._documents(), self._came_in()]

    # 4

    def _preserve(self) -> Step:
        return Step(
            "preserve",
            _("4. Have data preserved"),
            sentence(
                _(
                    "Requests lie ready, as you learned to write them in module 5. Read before you send: which desk, "
                    "which data, until when?"
                )
            ),
            buttons=[Button("send", _("Send this request"))],
            run=self._run_preserve,
            refresh=self._preserve_fields,
            live=True,
        )

    def _preserve_fields(self) -> list[Field]:
        drafts = self.run.drafts()
        options = tuple((one.id, f"{one.title} → {one.to}") for one in drafts) or (("", _("none")),)
        return [Field("draft", "select", _("Request"), options, options[0][0])]

    def _run_preserve(self, values: Values) -> Result:
        drafts = {one.id: one for one in self.run.drafts()}
        draft = drafts.get(str(values.get("draft", ""))) or next(iter(drafts.values()), None)
        if draft is None:
            return Result(sentence(_("There is nothing to preserve now.")), say="")
        shown = desk_shown.whole(draft.message(self.run), self.zone)
        if values["action"] != "send":
            return Result(shown, say="")
        self.run.send(draft.message(self.run))
        said = _("Sent to the desk of {desk}: {title}.").format(desk=draft.to, title=draft.title)
        return Result(join(sentence(strong(said)), shown), say=said)

    # 5

    def _documents(self) -> Step:
        return Step(
            "documents",
            _("5. Documents: check, then send"),
            sentence(
                _(
                    "Of each kind two lie here, made by colleagues as you learned it in modules 4, 6, 8 and 9. Not "
                    "every paper is as good as it looks. Check before you send; what is sent is sent. What you made "
                    "yourself in modules 4, 6, 8 and 9 stands here too, as your own, where it is in your course folder."
                )
            ),
            buttons=[Button("check", _("Check it")), Button("send", _("Send it"))],
            run=self._run_documents,
            refresh=self._document_fields,
            live=True,
        )

    def _products(self) -> list[Product]:
        """The papers for what was told or came in so far."""
        told = {one.id for one in self.run.tasks()} | {one.id for one in self.run.matters()}
        return [one for one in self.run.products() if AFTER.get(one.kind, "") in {*told, ""}]

    def _document_fields(self) -> list[Field]:
        options = tuple((one.id, capstone_shown.product_label(one)) for one in self._products())
        options = options or (("", _("no document is ready yet")),)
        return [Field("product", "select", _("Document"), options, options[0][0])]

    def _run_documents(self, values: Values) -> Result:
        found = {one.id: one for one in self._products()}
        product = found.get(str(values.get("product", ""))) or next(iter(found.values()), None)
        if product is None:
            if values["action"] == "change":
                return Result(sentence(_("No document is ready yet.")), say="")
            raise UsageError(_("No document is ready yet."), next_step=_("Move the clock in step 1."))
        shown = capstone_shown.product(product)
        if values["action"] == "change":
            return Result(shown, say="")
        if values["action"] == "check":
            return capstone_shown.checked(product.title, self.run.check(product), shown)
        envelope = self.run.send_product(product)
        said = _("Sent to {desk}: {title}.").format(desk=envelope.message.recipient, title=product.title)
        return Result(join(sentence(strong(said)), shown), say=said)

    # 6

    def _came_in(self) -> Step:
        return Step(
            "came-in",
            _("6. Everything that came in"),
            sentence(
                _(
                    "Answers of the other States stand here too. A document that arrives can be checked like your own."
                )
            ),
            buttons=[Button("read", _("Read it")), Button("check", _("Check what is attached"))],
            run=self._run_came_in,
            refresh=self._came_in_fields,
        )

    def _came_in_fields(self) -> list[Field]:
        unread = {one.message.id for one in self.run.desk.unread}
        options = tuple(
            (
                one.message.id,
                (_("NEW") + " · " if one.message.id in unread else "")
                + desk_shown.label(one.message)
                + " · "
                + desk_shown.moment(one.at, self.zone),
            )
            for one in reversed(self.run.desk.inbox)
        )
        options = options or (("", _("nothing came in yet")),)
        return [Field("message", "select", _("Message"), options, options[0][0])]

    def _run_came_in(self, values: Values) -> Result:
        if not values["message"]:
            raise UsageError(_("There is no message yet."), next_step=_("Move the clock in step 1."))
        message = self.run.desk.message(str(values["message"]))
        if any(one.message.id == message.id for one in self.run.desk.unread):
            case = self.run.desk.case_of(message.id)
            assert case is not None
            self.run.note(case.number, what="read", text=message.id)
        shown = capstone_shown.message(message, self.zone)
        label = desk_shown.label(message)
        if values["action"] == "check":
            return capstone_shown.checked(label, self.run.check(message.id), shown)
        return Result(shown, say=_("Opened: {label}.").format(label=label))
