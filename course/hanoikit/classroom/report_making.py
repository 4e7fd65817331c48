"""All pages about a class out of its course directory: the instructor's page, and one for each trainee.

>>> made = make(Class.open(Path("autumn")))
>>> made.page, len(made.trainees), made.changed
(PosixPath('.../autumn/reports/report.html'), 30, 31)

Pages carry the time of the last thing that is on them, so that doing it again changes nothing as long as nothing
happened. A plain nbgrader course directory (a path) will do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hanoikit.classroom import gather, report, trainee_page
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.asked import asked_of, with_keys
from hanoikit.classroom.gather_ledger import Told
from hanoikit.classroom.report_class import About, Person, anonymous
from hanoikit.errors import ClassroomError, UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class
    from hanoikit.grading import AssignmentSource

PAGE, ANONYMOUS, TRAINEES = "report.html", "report-anonymous.html", "trainees"

Tell = Callable[[str, int, int], None]
"""Hears what is being done now, and how many of how many are done."""


@dataclass
class Made:
    """What was written. ``others`` are assignments of other courses, which have no figures here."""

    folder: Path
    page: Path | None = None
    trainees: list[Path] = field(default_factory=list)
    changed: int = 0
    entries: list[Entry] = field(default_factory=list, repr=False)
    sources: list[AssignmentSource] = field(default_factory=list, repr=False)
    told: Told = field(default_factory=Told, repr=False)
    others: tuple[str, ...] = ()

    @property
    def looking(self) -> int:
        """Hand-ins that a person must look at."""
        return sum(must_look(entry) for entry in self.entries) + len(self.told.aside)

    @property
    def last(self) -> datetime | None:
        """When the last thing happened that is on the pages."""
        moments = [line.at for line in self.told.lines[-1:]]
        moments += [entry.hand_in.at for entry in self.entries if entry.hand_in and entry.hand_in.at]
        return max(moments, default=None)

    def put(self, path: Path, text: str) -> Path:
        """Write a page unless it is there already as it should be."""
        try:
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                return path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise ClassroomError(
                _("The report cannot be written: {reason}.").format(reason=error.strerror or error),
                where=str(path),
                next_step=_(
                    "Free some room, or close the program that has the file open; then run this again."
                ),
            ) from error
        self.changed += 1
        return path


def make(
    klass: Class | Path,
    *,
    trainee: str | None = None,
    without_names: bool = False,
    folder: Path | None = None,
    first: Callable[[Made], None] | None = None,
    tell: Tell = lambda words, done, all_: None,
) -> Made:
    """Write the pages into ``folder`` (default: ``reports/`` of the class).

    ``first`` is done before, with everything that was gathered; what it adds to the ledger is on the pages.

    With ``trainee`` only that trainee's page; with ``without_names`` only the instructor's page, as
    ``report-anonymous.html`` with ids. Raises :class:`UsageError` for a trainee whom nobody knows.
    """
    root = klass if isinstance(klass, Path) else klass.root
    made = collect(klass, folder or root / "reports", tell=tell)
    people = _people(klass, made.entries)
    if trainee is not None and trainee not in people:
        raise UsageError(
            _("Nobody in the class has the id {id}.").format(id=trainee),
            next_step=_("See the ids with: hanoikit class roster"),
        )
    if first is not None and not isinstance(klass, Path):
        first(made)
        made.told = Told.by(klass)
    zone = None if isinstance(klass, Path) else klass.zone
    title = "" if isinstance(klass, Path) else klass.title
    if trainee is None:
        shown = anonymous(made.entries) if without_names else made.entries
        about = _about(klass, made, people, without_names=without_names)
        studied = {}
        for number, source in enumerate(made.sources):
            tell(_("Questions of {name}").format(name=source.name), number, len(made.sources))
            mine = [entry for entry in made.entries if entry.assignment == source.name]
            studied[source.name] = with_keys(asked_of(source), mine)
        text = report.page(shown, made.sources, studied, about=about)
        made.page = made.put(made.folder / (ANONYMOUS if without_names else PAGE), text)
        if without_names:
            return made
    wanted = [people[trainee]] if trainee is not None else list(people.values())
    for number, one in enumerate(wanted):
        tell(_("Page of {id}").format(id=one.id), number, len(wanted))
        mine = [entry for entry in made.entries if entry.trainee == one.id]
        story = _story(made, one.id)
        moments = [line.at for line in story.lines[-1:]]
        moments += [entry.hand_in.at for entry in mine if entry.hand_in and entry.hand_in.at]
        text = trainee_page.page(
            one, mine, made.sources, title=title, at=max(moments, default=None), zone=zone, story=story
        )
        made.trainees.append(made.put(made.folder / TRAINEES / f"{one.id}.html", text))
    return made


def collect(klass: Class | Path, folder: Path, *, tell: Tell = lambda words, done, all_: None) -> Made:
    """Everything that the pages and the records rest on; nothing is written."""
    from hanoikit.grading import AssignmentSource
    from hanoikit.grading.source import installed

    entries = gather.entries(klass, tell=lambda done, all_: tell(_("Hand-ins"), done, all_))
    names = {entry.assignment for entry in entries}
    if not isinstance(klass, Path):
        names |= {one.name for one in klass.assignments if one.state != "planned"}
    known = installed()
    return Made(
        folder=folder,
        entries=entries,
        sources=[AssignmentSource.installed(name) for name in known if name in names],
        told=Told() if isinstance(klass, Path) else Told.by(klass),
        others=tuple(sorted(names - set(known))),
    )


def must_look(entry: Entry) -> bool:
    """Whether a person must look at a hand-in. A written answer that waits is no reason: those are marked one
    question after the other.
    """
    if entry.marked is None:
        return True
    findings = (*entry.marked.findings, *(entry.hand_in.findings if entry.hand_in else ()))
    return any(one.severity == "error" for one in findings) or any(
        mark.needs_human and mark.state != "pending" for mark in entry.marked.questions
    )


def _people(klass: Class | Path, entries: Sequence[Entry]) -> dict[str, Person]:
    """Everybody with a page: who is in the roster, and who handed in something."""
    found = {
        identity: Person(identity, name, team) for identity, (name, team) in gather.trainees(klass).items()
    }
    for entry in entries:
        found.setdefault(entry.trainee, Person(entry.trainee, entry.name, entry.team))
    return dict(sorted(found.items()))


def _about(klass: Class | Path, made: Made, people: dict[str, Person], *, without_names: bool) -> About:
    if isinstance(klass, Path):
        shown = tuple(Person(one.id, "" if without_names else one.name) for one in people.values())
        due = {source.name: None for source in made.sources}
        return About(at=made.last, people=shown, due=due, links=not without_names)
    return About.of(
        klass,
        made.entries,
        at=made.last,
        links=True,
        anonymous=without_names,
        aside=made.told.aside,
        broken=made.told.broken,
    )


def _story(made: Made, trainee: str) -> trainee_page.Story:
    history = made.folder / "history" / f"{trainee}.json"
    return trainee_page.Story(made.told.of_trainee(trainee), history.name if history.is_file() else "")
