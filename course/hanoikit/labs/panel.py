"""A panel of numbered steps: the shape that every lab of the course has.

A lab describes its steps as data and gives one function a step; the panel shows them as plain HTML controls that work
with a keyboard and a screen reader, calls the function when a button is pressed, and announces the result.

>>> def greet(values):
...     return Result(sentence("Hello", values["name"]), say="Done")
>>> Panel("Greeting", [Step("greet", "Say hello", fields=[Field("name", "text", "Your name")],
...                         buttons=[Button("go", "Greet")], run=greet)])  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanoikit.errors import HanoiKitError, UsageError
from hanoikit.i18n import _, direction
from hanoikit.labs.html import Markup, bullets, join, sentence
from hanoikit.labs.picture import Picture, plotly_js

__all__ = ["Button", "Field", "Picture", "Result", "Step", "Values", "panel", "refusal"]

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One control of a step.

    ``kind`` is ``select``, ``checks``, ``text``, ``line`` (wide), ``area`` (several lines), ``number``, ``date``
    (year-month-day) or ``range``: a slider with ``limits`` (least, most, step) whose value is shown with its ``unit``.
    A ``heading`` has no value: its label stands above the fields that follow. ``attach``: the options are numbered
    facts that are dragged, or chosen by number, to ``places`` (value, label, hint), where one of ``choices`` is
    decided; its value is ``{place: {"decision": choice, "facts": [option, ...]}}``.
    """

    name: str
    kind: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    value: Any = ""
    hint: str = ""
    limits: tuple[float, float, float] | None = None
    unit: str = ""
    places: tuple[tuple[str, str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "name": self.name,
            "kind": self.kind,
            "label": self.label,
            "options": [{"value": value, "label": label} for value, label in self.options],
            "value": self.value,
            "hint": self.hint,
        }
        if self.limits is not None:
            made |= {"limits": list(self.limits), "unit": self.unit}
        if self.places:
            made["places"] = [
                {"value": value, "label": label, "hint": hint} for value, label, hint in self.places
            ]
            made["choices"] = [{"value": value, "label": label} for value, label in self.choices]
        return made


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a step; ``id`` reaches the step's function as ``values["action"]``."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a step shows: HTML for the eye, one sentence for the announcement, and whether it went well.

    ``pictures`` stand above the HTML. Each has its sentence; the HTML holds the table that says the same.
    """

    html: Markup
    say: str
    ok: bool = True
    pictures: tuple[Picture, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {"html": str(self.html), "ok": self.ok}
        if self.pictures:
            made["pictures"] = [picture.as_dict() for picture in self.pictures]
        return made


@dataclass(slots=True)
class Step:
    """A numbered step with its controls, and the function that runs when a button is pressed.

    ``text`` is HTML made with ``hanoikit.labs.html``; ``refresh`` gives the fields anew before each drawing, for lists
    that depend on earlier steps. A ``live`` step runs when the panel is made and at each change of a field, with
    ``"change"`` as its action. ``beside`` puts the result next to a long form where the page is wide enough.
    ``saves``: before its function runs, JupyterLab is asked to save what is open; ``values["saved"]`` says whether it
    did.
    """

    id: str
    title: str
    text: Markup = field(default_factory=lambda: Markup(""))
    fields: Sequence[Field] = ()
    buttons: Sequence[Button] = ()
    run: Callable[[Values], Result] | None = None
    refresh: Callable[[], Sequence[Field]] | None = None
    live: bool = False
    beside: bool = False
    saves: bool = False
    result: Result | None = field(default=None)

    def as_dict(self) -> dict[str, Any]:
        fields = self.refresh() if self.refresh else self.fields
        made: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "text": str(self.text),
            "fields": [one.as_dict() for one in fields],
            "buttons": [{"id": button.id, "label": button.label} for button in self.buttons],
            "live": self.live,
        }
        return made | {name: True for name in ("beside", "saves") if getattr(self, name)}

    def perform(self, action: str, values: Values) -> Result:
        """Run the step with the values given; what is not given is as the fields show it. A refusal is a result."""
        fields = self.refresh() if self.refresh else self.fields
        filled = {one.name: one.value for one in fields} | dict(values) | {"action": action}
        try:
            return self.run(filled) if self.run else Result(Markup(""), say="")
        except HanoiKitError as error:
            return refusal(error)


def refusal(error: HanoiKitError) -> Result:
    """An error of the kit as a result: the sentence, the next step and every finding."""
    return Result(
        join(sentence(str(error)), bullets(str(finding) for finding in error.findings)),
        say=error.what,
        ok=False,
    )


def panel(title: str, steps: Sequence[Step], *, after: Callable[[str], None] | None = None) -> Any:
    """The widget that shows the steps. ``after`` is called with the step's id when a step has run."""
    return _panel_class()(title, steps, after)


_CLASS: type[Any] | None = None


def _panel_class() -> type[Any]:
    """The widget class, made at first use so that importing a lab does not import ipywidgets."""
    global _CLASS
    if _CLASS is None:
        _CLASS = _make_class()
    return _CLASS


def _make_class() -> type[Any]:
    import anywidget
    import traitlets

    here = Path(__file__).parent

    class Panel(anywidget.AnyWidget):
        _esm = "\n".join(
            (here / name).read_text(encoding="utf-8") for name in ("picture.js", "attach.js", "panel.js")
        )
        _css = here / "panel.css"
        title = traitlets.Unicode("").tag(sync=True)
        dir = traitlets.Unicode("ltr").tag(sync=True)
        spec: Any = traitlets.List().tag(sync=True)
        results: Any = traitlets.Dict().tag(sync=True)
        said = traitlets.Unicode("").tag(sync=True)
        labels: Any = traitlets.Dict().tag(sync=True)

        def __init__(self, title: str, steps: Sequence[Step], after: Callable[[str], None] | None) -> None:
            self._steps = {step.id: step for step in steps}
            self._after = after
            for step in steps:
                if step.live and step.result is None:
                    step.result = step.perform("change", {})
            super().__init__(
                title=title,
                dir=direction(),
                labels={
                    "working": _("Working …"),
                    "result": _("Result of:"),
                    "drawing": _("The figure is being drawn …"),
                    "facts": _("The facts"),
                    "factsFor": _("Facts for: {place}"),
                    "attachHint": _("Drag a fact to its place, or press its number there."),
                    "decision": _("Decision"),
                    "undecided": _("Choose …"),
                },
                spec=self._spec(),
                results=self._results(),
            )
            self.on_msg(self._receive)

        def _spec(self) -> list[dict[str, Any]]:
            return [step.as_dict() for step in self._steps.values()]

        def _results(self) -> dict[str, dict[str, Any]]:
            return {
                step.id: step.result.as_dict() for step in self._steps.values() if step.result is not None
            }

        def press(self, step: str, action: str = "", **values: Any) -> Result:
            """Do what the button does; the same as a click, for a line of code."""
            if step not in self._steps:
                raise UsageError(
                    _("There is no step {step}.").format(step=step),
                    next_step=_("The steps are: {steps}.").format(steps=", ".join(self._steps)),
                )
            chosen = self._steps[step]
            result = chosen.perform(action, values)
            self._show(chosen, result)
            if self._after is not None:
                self._after(step)
            return result

        def announce(self, step: str, result: Result) -> None:
            """Show and announce what came by itself, without a press; from any thread."""
            self._steps[step].result = result
            self.spec = self._spec()
            self.results = self._results()
            self.send({"heard": result.say})

        def _show(self, step: Step, result: Result) -> None:
            step.result = result
            self.spec = self._spec()
            self.results = self._results()
            self.said = result.say

        def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
            if isinstance(content, dict) and content.get("want") == "plotly":
                self.send({"plotly": True}, buffers=[plotly_js()])
                return
            said = ""
            try:
                result = self.press(content["step"], content.get("action", ""), **content.get("values", {}))
                said = result.say
            except Exception as error:
                said = _("This step failed: {error}. Your work is kept. Please tell your instructor.").format(
                    error=f"{type(error).__name__}: {error}"
                )
                self._show_failure(content, said)
            finally:
                self.send({"settled": True, "said": said})

        def _show_failure(self, content: Any, said: str) -> None:
            # What an earlier press showed must not stand there as if it were the result of this one.
            step = self._steps.get(str(content.get("step"))) if isinstance(content, dict) else None
            if step is not None:
                step.result = Result(sentence(said), say=said, ok=False)
                self.results = self._results()
            self.said = said

    return Panel
