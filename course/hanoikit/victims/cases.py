"""Branching cases as data: a graph of scenes, in each of them acts to choose from.

>>> from hanoikit.victims import branching_case
>>> case = branching_case("shared-once")
>>> walk = Walk(case).take("sit-down")
>>> walk.scene.id, [choice.id for choice in walk.open][:2]
('report', ['ask-safety', 'why-made'])

A choice adds its act to the record. With ``to`` it leads to another scene; without it the scene stays and the choice is
used up. ``after`` opens a choice only when another one was taken: what nobody asks, nobody learns. Walks are values:
taking a choice gives a new walk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.errors import DataInvalid, Finding, UsageError
from hanoikit.i18n import _
from hanoikit.victims.tables import acts, load


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be done in a scene. ``act`` is its kind for the rules; empty for a step that is none."""

    id: str
    text: str
    act: str = ""
    to: str = ""
    after: str = ""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A situation. A scene without choices is an end."""

    id: str
    title: str
    text: str
    choices: tuple[Choice, ...] = ()

    @property
    def ends(self) -> bool:
        return not self.choices


@dataclass(frozen=True, slots=True)
class BranchingCase:
    """A case: ``traits`` decide which rules apply, ``model`` is the author's own walk, ``use`` names its lesson."""

    id: str
    title: str
    content_note: str
    traits: frozenset[str]
    start: str
    scenes: Mapping[str, Scene]
    model: tuple[str, ...]
    use: str = "lesson"


@dataclass(frozen=True, slots=True)
class Walk:
    """A case and the choices taken so far, oldest first."""

    case: BranchingCase
    taken: tuple[str, ...] = ()

    @property
    def scene(self) -> Scene:
        """Where the walk stands."""
        here = self.case.start
        for choice in self._choices():
            here = choice.to or here
        return self.case.scenes[here]

    @property
    def open(self) -> tuple[Choice, ...]:
        """What can be done now."""
        return tuple(
            choice
            for choice in self.scene.choices
            if choice.id not in self.taken and (not choice.after or choice.after in self.taken)
        )

    @property
    def acts(self) -> tuple[str, ...]:
        """The kinds of act done, oldest first, without steps that are none."""
        return tuple(choice.act for choice in self._choices() if choice.act)

    @property
    def ended(self) -> bool:
        return self.scene.ends

    @property
    def last(self) -> Choice | None:
        """The choice taken last."""
        found = list(self._choices())
        return found[-1] if found else None

    def record(self) -> tuple[Choice, ...]:
        """Every choice taken, oldest first."""
        return tuple(self._choices())

    def take(self, name: str) -> Walk:
        """The walk after this choice; ``UsageError`` when it is not open now."""
        if name not in {choice.id for choice in self.open}:
            raise UsageError(
                _("This cannot be done here now: {name}.").format(name=name),
                next_step=_("You can do: {names}.").format(
                    names=", ".join(one.id for one in self.open) or "–"
                ),
            )
        return Walk(self.case, (*self.taken, name))

    @classmethod
    def along(cls, case: BranchingCase, names: Iterable[str]) -> Walk:
        """The walk with these choices; ``UsageError`` at the first one that is not open."""
        walk = cls(case)
        for name in names:
            walk = walk.take(name)
        return walk

    def _choices(self) -> Iterator[Choice]:
        known = {choice.id: choice for scene in self.case.scenes.values() for choice in scene.choices}
        return (known[name] for name in self.taken)


def branching_cases() -> tuple[str, ...]:
    """The names of all cases, sorted."""
    return tuple(sorted(path.stem for path in (resources.assets() / "victims" / "cases").glob("*.json")))


@cache
def branching_case(name: str) -> BranchingCase:
    """The case with this name; ``UsageError`` for an unknown one, ``DataInvalid`` for a file that is not in form."""
    if name not in branching_cases():
        raise UsageError(
            _("There is no case “{name}”.").format(name=name),
            next_step=_("The cases are: {names}.").format(names=", ".join(branching_cases())),
        )
    path = resources.assets() / "victims" / "cases" / f"{name}.json"
    try:
        return made(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataInvalid(
            _("A case cannot be read: {error}.").format(error=error), where=str(path)
        ) from error


def made(entry: Mapping[str, Any]) -> BranchingCase:
    """The case of a JSON object in the form of ``assets/victims/case.schema.json``."""
    scenes = {
        one["id"]: Scene(
            one["id"], one["title"], one["text"], tuple(Choice(**choice) for choice in one.get("choices", ()))
        )
        for one in entry["scenes"]
    }
    return BranchingCase(
        id=entry["id"],
        title=entry["title"],
        content_note=entry["content_note"],
        traits=frozenset(entry["traits"]),
        start=entry["start"],
        scenes=scenes,
        model=tuple(entry["model"]),
        use=entry.get("use", "lesson"),
    )


def validate(entry: Mapping[str, Any]) -> list[Finding]:
    """Every fault of a case as JSON, all at once; an empty list means that it can be used."""
    import jsonschema

    faults = [
        Finding("schema", error.message[:300], where="/".join(map(str, error.absolute_path)))
        for error in jsonschema.Draft202012Validator(load("case.schema")).iter_errors(entry)
    ]
    if faults:
        return faults
    case = made(entry)
    found = list(_faults(case))
    return found or list(_model_faults(case))


def _model_faults(case: BranchingCase) -> Iterator[Finding]:
    try:
        if not Walk.along(case, case.model).ended:
            yield Finding("model", "The author's walk does not reach an end.")
    except UsageError as error:
        yield Finding("model", error.what)


def _faults(case: BranchingCase) -> Iterator[Finding]:
    everything = [choice for scene in case.scenes.values() for choice in scene.choices]
    names = [choice.id for choice in everything]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("twice", "Two choices have the same id.", where=name)
    for choice in everything:
        if choice.act and choice.act not in acts():
            yield Finding("act", f"There is no act {choice.act}.", where=choice.id)
        if choice.to and choice.to not in case.scenes:
            yield Finding("scene", f"There is no scene {choice.to}.", where=choice.id)
        if choice.after and choice.after not in names:
            yield Finding("after", f"There is no choice {choice.after}.", where=choice.id)
    reached, todo = set(), [case.start]
    while todo:
        here = todo.pop()
        if here in reached or here not in case.scenes:
            continue
        reached.add(here)
        todo.extend(choice.to for choice in case.scenes[here].choices if choice.to)
    for name in sorted(set(case.scenes) - reached):
        yield Finding("unreached", "No way leads to this scene.", where=name)
    for scene in case.scenes.values():
        if scene.choices and not any(choice.to and not choice.after for choice in scene.choices):
            yield Finding("stuck", "Nothing that is always open leads on from here.", where=scene.id)
