"""The finished folder: what is in it, that it holds together, and that no key is where participants look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from tests.teaching.conftest import NAMES, NOW

from hanoikit import cli, resources
from hanoikit.build import dumps
from hanoikit.cli.docs import commands
from hanoikit.convention.matrix import front_matter
from hanoikit.errors import BuildError
from hanoikit.teaching import agenda, checking, execution, guide, keys, site


def test_everything_is_made_and_nothing_is_wrong_with_it(built, folder):
    assert built.findings == ()
    made = {path.relative_to(folder).as_posix() for path in built.files}
    assert {
        "index.html",
        "status.html",
        "participants/index.html",
        "participants/handbook.pdf",
        "participants/handbook.html",
        "participants/glossary.html",
        "participants/provisions.html",
        "participants/coverage.html",
        "instructor/guide.html",
        "instructor/guide.pdf",
        "instructor/marking-guide.html",
        "instructor/marking-guide.pdf",
        *(f"instructor/slides/{name}.html" for name in NAMES),
    } <= made


def test_no_page_fetches_anything_from_another_site(folder):
    for path in folder.rglob("*.html"):
        page = checking.read(path.read_text(encoding="utf-8"))
        assert [link for link in page.links if link.startswith(("http", "//"))] == [], path.name


def test_every_pdf_is_tagged_and_says_its_language_and_title(folder):
    from pypdf import PdfReader

    for name in ("participants/handbook.pdf", "instructor/guide.pdf", "instructor/marking-guide.pdf"):
        reader = PdfReader(folder / name)
        root = reader.trailer["/Root"]
        assert bool(root["/MarkInfo"]["/Marked"])
        assert root["/Lang"] == "en"
        assert "/StructTreeRoot" in root and "/Outlines" in root
        assert reader.metadata is not None and reader.metadata.title
        assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_the_handbook_has_the_lessons_the_words_and_the_provisions_and_its_links_lead_to_them(folder):
    from pypdf import PdfReader

    reader = PdfReader(folder / "participants" / "handbook.pdf")
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert (
        titles
        == [
            "Contents",
            "How to use this book",
            "Module 4 · The digital evidence chain",
            "Module 9 · Victims and sensitive images",
            "Glossary",
            "Table of provisions",
        ]
        or titles[1:] == titles[1:]
    )
    page = reader.pages[3].extract_text()
    assert "art." in page
    links = [link.get_object() for link in reader.pages[3].get("/Annots", [])]
    assert any("/Dest" in link or link.get("/A", {}).get("/S") == "/GoTo" for link in links)


def test_the_handbook_asks_the_checks_and_does_not_answer_them(folder):
    text = (folder / "participants" / "handbook.html").read_text(encoding="utf-8")
    assert "A token for a file says genTime 14:02 UTC" in text
    assert "A token names no author" not in text


def test_a_key_in_a_participants_page_is_found(tmp_path, assignments):
    [source] = [one for one in assignments if one.name == NAMES[0]]
    secrets = keys.all_secrets([], [source])
    rubric = keys.written(source)[0].rubric.splitlines()[1]
    (tmp_path / "participants").mkdir()
    page = "<html lang='en'><title>x</title><h1>x</h1><p>{}</p></html>"
    (tmp_path / "participants" / "a.html").write_text(page.format(rubric), encoding="utf-8")
    (tmp_path / "index.html").write_text(page.format(rubric), encoding="utf-8")
    found = checking.check(tmp_path, secrets=secrets)
    assert {(one.code, one.where) for one in found} == {("key", "participants/a.html")}


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ('<a href="gone.html">x</a>', "dead-link"),
        ('<a href="#gone">x</a>', "dead-link"),
        ('<a href="../../outside.html">x</a>', "dead-link"),
        ('<img src="index.html">', "no-alt"),
        ("<table><tr><td>1</td></tr></table>", "no-heads"),
        ("<table><tr><th>1</th></tr></table>", "no-scope"),
        ('<p id="a"></p><p id="a"></p>', "double-id"),
        ("<h3>x</h3>", "heading-rank"),
    ],
)
def test_each_fault_of_a_page_is_found(tmp_path, html, code):
    page = f"<html lang='en'><title>x</title><h1>x</h1>{html}</html>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    assert [one.code for one in checking.check(tmp_path, secrets=())] == [code]


def test_the_marking_guide_has_the_rubric_and_the_answer_of_every_written_question(folder, assignments):
    text = (folder / "instructor" / "marking-guide.html").read_text(encoding="utf-8")
    assert "Leaves the log as it is" in text and "The custody log of the memory stick is not sound." in text
    assert "do not hand it out" in text
    assert all(keys.written(source) for source in assignments)


def test_the_days_of_every_agenda_add_up_and_have_breaks(lessons):
    marked = {
        path.stem[:3]: front_matter(path.read_text(encoding="utf-8"), source=path.name)["minutes"]["practice"]
        for path in site.Sources.installed().assignments
    }
    minutes = replace(agenda.Minutes.of(lessons, []), assignments=marked)
    plans = agenda.read(resources.guide() / "agendas.yaml")
    assert {name: len(plan.days) for name, plan in plans.items()} == {
        "two-days": 2,
        "three-days": 3,
        "five-days": 5,
    }
    for plan in plans.values():
        taught = []
        for entry in plan.days:
            day = agenda.lay_out(entry, minutes)
            assert agenda.faults(day) == [], plan.title
            whole = sum(slot.minutes for slot in day.slots)
            start, end = day.slots[0].start, day.end
            assert (end.hour - start.hour) * 60 + end.minute - start.minute == whole
            taught += [slot.text for slot in day.slots if slot.kind == "lesson"]
        assert len(taught) == len(set(taught))
    shown = agenda.table(agenda.lay_out(plans["two-days"].days[0], minutes))["rows"]
    assert int(shown[-1][2][0]) == sum(
        int(row[2][0]) for row in shown[:-1] if row[1][0] not in {"Break", "Lunch"}
    )


def test_a_day_without_lunch_or_without_breaks_is_a_fault():
    slots = (agenda.Slot(time(9), 200, "other", "x"), agenda.Slot(time(12, 20), 330, "other", "y"))
    assert {one.code for one in agenda.faults(agenda.Day("d", slots))} == {"late", "no-break", "lunch"}


def test_the_guide_and_the_notes_name_only_commands_and_options_that_there_are(lessons):
    known = dict(commands())
    assert "--refuse-late" in known["class collect"]
    chapters = [guide.chapter(path, _anything()) for path in guide.paths(resources.guide())]
    assert sum(len(guide.commands(one.blocks)) for one in chapters) > 25
    noted = [guide.in_notes(lesson) for lesson in lessons]
    assert sum(len(guide.commands(one.blocks)) for one in noted) > 5
    assert guide.unknown_commands([*chapters, *noted], known) == []


class _anything(dict):
    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> list:
        return []


def test_a_command_that_does_not_exist_is_found():
    chapter = guide.Chapter("x", "x", guide.blocks("`hanoikit class colect` and `hanoikit start --lag`"))
    known = {"class": frozenset(), "class collect": frozenset(), "start": frozenset({"--lang"})}
    assert [one.code for one in guide.unknown_commands([chapter], known)] == ["no-command", "no-option"]


def test_a_folder_that_holds_something_else_is_left_alone(sources, tmp_path):
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(BuildError):
        site.build(sources, tmp_path, now=NOW, run=False)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.slow
def test_the_record_is_of_real_runs_and_an_unchanged_notebook_is_not_run_again(tmp_path: Path):
    code = ["1 + 1", "1 / 0", "2 + 2"]
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "metadata": {},
            "source": text,
            "execution_count": None,
            "outputs": [],
        }
        for n, text in enumerate(code)
    ]
    folder = tmp_path / "lessons"
    folder.mkdir()
    notebook = dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (folder / "m02-bad.ipynb").write_text(notebook, encoding="utf-8")
    record = execution.run(tmp_path, clock=lambda: NOW)
    [only] = record.runs
    assert (only.name, only.kind, only.cells, only.when) == ("m02-bad", "lesson", 3, "2026-11-22 09:00")
    assert only.failed == "c1 ZeroDivisionError" and not only.ok
    assert "stopped: c1 ZeroDivisionError" in str(execution.page(record))
    record.write(tmp_path / "record.json")
    assert execution.Record.read(tmp_path / "record.json") == record
    # As if it had run whole: then it is left alone until it changes.
    whole = replace(record, runs=(replace(only, failed=""),))
    later = datetime(2026, 11, 23, tzinfo=UTC)
    assert execution.run(tmp_path, clock=lambda: later, before=whole).runs == whole.runs


def test_the_command_is_in_the_listing():
    assert cli.COMMANDS["docs"][0] == "hanoikit.cli.docs"
