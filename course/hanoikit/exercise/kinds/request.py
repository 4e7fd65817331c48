"""A document from a form: a request, a reply, a decision, field by field.

>>> form = [{"id": "offence", "label": "Offence", "kind": "line", "required": True}]
>>> Request(form).missing({"offence": ""})
('Fill in: Offence.',)

A field is a dictionary with ``id``, ``label`` and ``kind``, and where wanted ``options`` (letter to text; the zones of
a moment), ``group`` (a heading; fields of a group stand together), ``hint``, ``unit`` (of a number) and ``required``
(False unless said). The kinds, and what the value holds for each, and while nothing is given:

=========  ===============================================  ========
line       a text without line breaks                       ``""``
text       a text                                           ``""``
choice     the key of an option                             None
choices    the list of the keys                             ``[]``
moment     as for a moment: date, time, zone, at            None
date       ``"2026-04-10"``                                 None
number     a number                                         None
=========  ===============================================  ========
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from hanoikit.errors import AnswerMalformed, QuestionInvalid
from hanoikit.exercise.kinds.base import Kind, options
from hanoikit.exercise.kinds.choosing import Choice, Choices
from hanoikit.exercise.kinds.moment import Moment
from hanoikit.exercise.kinds.number import Number
from hanoikit.exercise.kinds.written import Written
from hanoikit.exercise.records import Plain, plain
from hanoikit.i18n import _

Form = Sequence[Mapping[str, Any]]
_KNOWN = frozenset({"id", "label", "kind", "options", "group", "hint", "required", "unit"})
LONGEST_LINE = 500


class Request(Kind):
    """A value for each field of the form, by the field's id.

    With ``form`` None the value is taken as it is: for marking where the question itself is not at hand.
    """

    name: ClassVar[str] = "request"

    def __init__(self, form: Form | None) -> None:
        self.fields = None if form is None else tuple(_Field(field) for field in form)
        ids = [field.id for field in self.fields or ()]
        if self.fields is not None and (not ids or len(set(ids)) < len(ids)):
            raise QuestionInvalid(_("A form needs fields, each with an id of its own."), where=", ".join(ids))

    def validate(self, value: object) -> Plain:
        names = None if self.fields is None else {field.id for field in self.fields}
        if not isinstance(value, Mapping) or (names is not None and not set(map(str, value)) <= names):
            raise AnswerMalformed(
                _("This question takes a value for each field of the form."),
                next_step=_("Write for example {example}.").format(example=self.template()),
            )
        if self.fields is None:
            return plain({str(key): said for key, said in value.items()})
        return {field.id: field.validate(value.get(field.id)) for field in self.fields}

    def template(self) -> str:
        return "{" + ", ".join(f'"{field.id}": ...' for field in self.fields or ()) + "}"

    def describe(self, value: Plain) -> str:
        if self.fields is None:
            return "\n".join(f"{name}: {said}" for name, said in value.items())
        filled = [field for field in self.fields if field.filled(value[field.id])]
        return "\n".join(f"{field.label}: {field.describe(value[field.id])}" for field in filled) or _(
            "nothing filled in"
        )

    def brief(self, value: Plain) -> str:
        fields = self.fields or ()
        filled = sum(field.filled(value[field.id]) for field in fields)
        return _("{n} of {all} fields filled in").format(n=filled, all=len(fields))

    def missing(self, value: Plain) -> tuple[str, ...]:
        return tuple(
            remark for field in self.fields or () for remark in field.missing(value[field.id]) if remark
        )

    def spec(self) -> dict[str, Any]:
        return {"form": [field.spec() for field in self.fields or ()]}

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Request:
        """The question again from what its control knows."""
        wanted = _KNOWN - {"options"}
        return cls(
            [
                {name: said for name, said in field.items() if name in wanted}
                | {"options": dict(field["options"])}
                for field in spec["form"]
            ]
        )


class _Field:
    """One field of a form."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        strange = sorted(set(given) - _KNOWN)
        if strange or not given.get("id") or not given.get("label"):
            raise QuestionInvalid(
                _("A field of a form needs an id and a label, and has no other parts than the known ones."),
                where=", ".join(strange) or repr(dict(given))[:80],
            )
        self.id = str(given["id"])
        self.label = str(given["label"]).strip()
        self.kind = str(given.get("kind", "line"))
        self.group = str(given.get("group", ""))
        self.hint = str(given.get("hint", ""))
        self.required = bool(given.get("required", False))
        self.unit = str(given.get("unit", ""))
        self.options: dict[str, str] = {}
        self._kind: Kind | None = None
        offered = given.get("options") or {}
        if self.kind in {"choice", "choices"}:
            self.options = options(offered)
            self._kind = Choice(self.options) if self.kind == "choice" else Choices(self.options)
        elif self.kind == "moment":
            named = offered if isinstance(offered, Mapping) else {zone: zone for zone in offered}
            self.options = {str(zone): str(text) for zone, text in (named or {"UTC": "UTC"}).items()}
            self._kind = Moment(self.options)
        elif self.kind == "number":
            self._kind = Number(self.unit)
        elif self.kind == "text":
            self._kind = Written()
        elif self.kind not in {"line", "date"}:
            raise QuestionInvalid(_("There is no field of the kind {kind}.").format(kind=self.kind[:40]))

    def validate(self, value: object) -> Plain:
        if value is None or value in ("", []):
            return self._empty()
        try:
            if self.kind == "date":
                return _day(value)
            if self._kind is None:
                return _line(value)
            said = self._kind.validate(value)
        except AnswerMalformed as error:
            raise AnswerMalformed(f"{self.label}: {error.what}", next_step=error.next_step) from error
        return said if self.kind != "moment" or any(said.values()) else None

    def _empty(self) -> Plain:
        return {"line": "", "text": "", "choices": []}.get(self.kind)

    def filled(self, value: Plain) -> bool:
        """Whether something is given."""
        return bool(value.strip()) if isinstance(value, str) else value not in (None, [])

    def describe(self, value: Plain) -> str:
        """A given value as text."""
        return str(value) if self._kind is None else self._kind.describe(value)

    def missing(self, value: Plain) -> tuple[str, ...]:
        """What is still to be given in this field."""
        if not self.filled(value):
            return (_("Fill in: {label}.").format(label=self.label),) if self.required else ()
        if self.kind == "moment" and self._kind is not None:
            return tuple(f"{self.label}: {remark}" for remark in self._kind.missing(value))
        return ()

    def spec(self) -> dict[str, Any]:
        """What the control needs to know."""
        return {
            "id": self.id,
            "label": self.label,
            "kind": self.kind,
            "options": list(self.options.items()),
            "group": self.group,
            "hint": self.hint,
            "required": self.required,
            "unit": self.unit,
        }


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise AnswerMalformed(_("this is not a text."), next_step=_("Write it between quotation marks."))
    line = " ".join(value.split())
    if len(line) > LONGEST_LINE:
        raise AnswerMalformed(
            _("This text is too long: {n} characters.").format(n=len(line)),
            next_step=_("Shorten it to {n} characters.").format(n=LONGEST_LINE),
        )
    return line


def _day(value: object) -> str:
    try:
        return date.fromisoformat(value.strip() if isinstance(value, str) else "").isoformat()
    except ValueError as error:
        raise AnswerMalformed(
            _("this is not a date."), next_step=_("Write year, month and day, for example 2026-04-10.")
        ) from error
