"""Tables that are computed from the course: provisions with their modules, coverage, objectives, minutes.

>>> cited(lessons)["42(8)"]
['m05', 'm09', 'm10']
"""

from __future__ import annotations

from collections.abc import Sequence

from hanoikit.build import Source
from hanoikit.build import tables as build_tables
from hanoikit.build.text import references
from hanoikit.convention import Provision, article, articles, provision, reference_page
from hanoikit.i18n import _
from hanoikit.teaching.lesson import Lesson
from hanoikit.teaching.markup import Inline, Node, blocks, plain
from hanoikit.teaching.sureness import legend, letter, sureness


def cited(lessons: Sequence[Lesson]) -> dict[str, list[str]]:
    """Every provision that a lesson cites, in the order of the treaty, with the modules that do."""
    found: dict[str, list[str]] = {}
    for lesson in lessons:
        for _line, ref in references(lesson.source):
            modules = found.setdefault(provision(ref).ref, [])
            if lesson.module not in modules:
                modules.append(lesson.module)
    order = {p.ref: number for number, p in enumerate(_everything())}
    return dict(sorted(found.items(), key=lambda pair: order[pair[0]]))


def _everything() -> list[Provision]:
    listed: list[Provision] = []
    for one in articles():
        listed += [one.whole, *one.provisions]
    return listed


def provisions(lessons: Sequence[Lesson]) -> list[Node]:
    """The table of provisions: one heading for each article, one line for each provision that a lesson cites."""
    nodes: list[Node] = []
    current = 0
    for ref, modules in cited(lessons).items():
        found, label = sureness(ref)
        if found.article != current:
            current = found.article
            title = f"{_('Article')} {current} · {_(article(current).title)}"
            anchor = f"provision-{current}"
            nodes.append({"t": "h", "level": 2, "id": anchor, "anchor": anchor, "c": [title]})
            nodes.append(
                {
                    "t": "table",
                    "head": [[_("Provision")], [_("In short")], [_("How sure")], [_("Module")]],
                    "rows": [],
                    "widths": [13, 60, 24, 13],
                }
            )
        numbers = ", ".join(str(int(module[1:])) for module in modules)
        nodes[-1]["rows"].append([[ref], [_(found.summary)], [f"{letter(found)} · {label}"], [numbers]])
    return nodes


def letters() -> Node:
    """What the letter after a citation means."""
    rows: list[list[list[Inline]]] = [[[sign], [label], [meaning]] for sign, label, meaning in legend()]
    return {"t": "table", "head": [[_("Letter")], [_("Means")], [_("That is")]], "rows": rows}


def whole_treaty(lessons: Sequence[Lesson]) -> list[Node]:
    """The reference page of the trainee's folder as blocks; citations lead to ``#Article-42`` there."""
    modules: dict[int, list[int]] = {}
    for lesson in lessons:
        for _line, ref in references(lesson.source):
            taught = modules.setdefault(provision(ref).article, [])
            if lesson.number not in taught:
                taught.append(lesson.number)
    nodes = []
    for node in blocks(reference_page())[1:]:
        nodes.append(node)
        words = plain(node["c"]) if node["t"] == "h" else ""
        if node["t"] == "h" and node["level"] == 3 and words.split(" ")[-1].isdigit():
            number = int(words.split(" ")[-1])
            node["id"] = f"Article-{number}"
            taught = modules.get(number, [])
            if taught:
                named = ", ".join(map(str, taught))
                nodes.append(
                    {"t": "p", "c": [{"t": "em", "c": [_("Modules: {modules}").format(modules=named)]}]}
                )
    return nodes


def coverage(lessons: Sequence[Lesson]) -> list[Node]:
    """Articles down, modules across."""
    matrix: dict[int, list[str]] = {}
    for lesson in lessons:
        for _line, ref in references(lesson.source):
            matrix.setdefault(provision(ref).article, []).append(lesson.module)
    titles = {one.number: one.title for one in articles()}
    return blocks(
        build_tables.coverage_page(matrix, titles, [lesson.module for lesson in lessons]).split("-->\n", 1)[1]
    )


def objectives(assignments: Sequence[Source]) -> list[Node]:
    """Objectives against graded questions, one table for each assignment."""
    return blocks(build_tables.objectives_page(assignments).split("-->\n", 1)[1])


def goals(lessons: Sequence[Lesson]) -> list[Node]:
    """What the participant can do after each module, without the questions."""
    nodes: list[Node] = []
    for lesson in lessons:
        nodes.append({"t": "h", "level": 2, "id": f"goals-{lesson.module}", "c": [title(lesson)]})
        items = [[{"t": "p", "c": [text]}] for _id, text in lesson.objectives]
        nodes.append({"t": "ol", "items": items})
    return nodes


def title(lesson: Lesson) -> str:
    return f"{_('Module')} {lesson.number} · {lesson.title}"


def minutes(lessons: Sequence[Lesson], assignments: Sequence[Lesson]) -> Node:
    """Minutes by module: teaching, practice, assignment, and their sums."""
    marked = {assignment.module: assignment.minutes for assignment in assignments}
    rows: list[list[list[Inline]]] = []
    sums = [0, 0, 0, 0]
    for lesson in lessons:
        own = [lesson.teaching, lesson.practice, marked.get(lesson.module, 0)]
        numbers = [*own, sum(own)]
        sums = [before + more for before, more in zip(sums, numbers, strict=True)]
        cells: list[list[Inline]] = [[title(lesson)]]
        cells += [[str(number)] for number in numbers]
        rows.append(cells)
    last: list[list[Inline]] = [[_("Together")]]
    last += [[f"{number:,}"] for number in sums]
    rows.append(last)
    heads = [_("Module"), _("Teaching"), _("Practice"), _("Assignment"), _("Together")]
    return {"t": "table", "head": [[head] for head in heads], "rows": rows}
