"""Markdown as a tree, a lesson out of it, and the rules by which its text becomes short."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from hanoikit import resources
from hanoikit.errors import BuildError
from hanoikit.teaching import condense, glossary, lesson, markup, site, slides
from hanoikit.teaching.markup import blocks, inlines, plain, text_of


def test_a_citation_is_a_node_of_its_own_with_every_provision():
    found = blocks("Keep it ({art}`25(2), 42(8)`) and *read*.")[0]["c"]
    assert found[1] == {"t": "cite", "refs": ["25(2)", "42(8)"]}
    assert plain(found) == "Keep it (arts 25(2), 42(8)) and read."


def test_code_that_only_looks_like_a_citation_stays_code():
    assert blocks("Write `{art}` so.")[0]["c"][1] == {"t": "code", "text": "{art}"}


def test_tables_lists_and_quotations_keep_their_parts():
    table, items, quote = blocks("| a | b |\n|---|---|\n| 1 | **2** |\n\n3. x\n4. y\n   - z\n\n> q\n")
    assert table["rows"] == [[["1"], [{"t": "strong", "c": ["2"]}]]]
    assert items["start"] == 3 and items["items"][1][1]["t"] == "ul"
    assert quote["c"][0]["c"] == ["q"]


def test_raw_html_is_refused_because_paper_has_none():
    with pytest.raises(BuildError):
        blocks("<div>no</div>")


def test_a_paragraph_with_words_in_bold_gives_them_and_its_first_short_sentence():
    told = condense.point(inlines("**Keep it whole.** A person keeps the data. More follows here."))
    assert plain(told) == "Keep it whole. A person keeps the data. More follows here."
    long = " ".join(["word"] * 25)
    told = condense.point(inlines(f"**Keep it whole.** The {long} ({{art}}`25(2)`). Then more."))
    assert plain(told) == "Keep it whole. (art. 25(2))"


def test_a_sentence_is_never_cut_and_one_that_leans_on_another_is_not_taken_alone():
    long = " ".join(["word"] * 25)
    assert condense.point(inlines(f"The {long}. They do this.")) == []
    assert plain(condense.point(inlines(f"The {long}. A hash is short."))) == "A hash is short."
    assert plain(condense.point(inlines(f"The {long}. They do this."), keep=True)) == f"The {long}."


def test_every_lesson_is_read_with_its_minutes_objectives_notes_and_solved_checks(lessons):
    assert len(lessons) >= 10
    for one in lessons:
        assert one.minutes >= 45 and len(one.objectives) >= 3
        assert one.notes, one.name
        assert len(one.checks) >= 3
        for check in one.checks:
            assert plain(check["prompt"][0]["c"]).startswith("Check "), one.name
            assert check["answer"] and check["why"] + "".join(check["whys"]), (one.name, check["id"])


def test_an_answer_is_the_authors_key_in_the_words_of_its_option(lessons):
    [m04] = [one for one in lessons if one.module == "m04"]
    answers = {check["id"]: [plain(line) for line in check["answer"]] for check in m04.checks}
    assert answers["m04-c1"] == ["b. The bytes existed at 14:02 or earlier."]
    assert [line[0] for line in answers["m04-c3"]] == ["d", "b", "e", "a", "c"]
    assert answers["m04-c4"] == ["2026-01-15 09:30 UTC"]


def test_notes_begin_a_new_paragraph_where_a_label_or_an_early_end_says_so():
    text = (
        "Plan: first the law, then the long exercise with pairs.\nIt ends here.\n"
        "Care for the room. Say it the day before.\n"
    )
    assert [note.label for note in lesson.notes(text)] == ["Plan", "Care for the room"]


def test_the_glossary_has_every_term_of_the_convention_and_words_that_lessons_define(lessons):
    entries = {entry.term: entry for entry in glossary.of(lessons)}
    assert {"serious crime", "traffic data", "emergency", "hash", "custody log", "seal"} <= entries.keys()
    assert plain(entries["hash"].where) == "module 4"
    assert plain(entries["collection"].definition) == "Collection means to take the device."
    assert len({entry.anchor for entry in entries.values()}) == len(entries)


def test_a_deck_has_few_words_on_each_slide_and_the_whole_text_in_its_notes(lessons):
    for one in lessons:
        deck = slides.deck(one)
        spoken = " ".join(markup.text_of([*slide.body, *slide.notes]) for slide in deck)
        for slide in deck:
            words = sum(markup.words(content) for content in markup.contents(slide.body))
            assert words <= (125 if slide.kind in {"check", "answer"} else 105), (
                one.name,
                plain(slide.title),
                words,
            )
            assert sum(map(slides.height, slide.body)) <= slides.ROOM * 1.25, (one.name, plain(slide.title))
        begun = False
        for node in one.body:
            begun = begun or (node["t"] == "h" and node["level"] == 2)
            if begun and node["t"] == "p" and not plain(node["c"]).startswith("Next:"):
                assert plain(node["c"]) in spoken, one.name


def test_the_answer_of_a_check_stands_on_the_slide_after_its_question(lessons):
    for one in lessons:
        deck = slides.deck(one)
        kinds = [slide.kind for slide in deck]
        assert kinds.count("check") == kinds.count("answer") == len(one.checks)
        for before, slide in pairwise(deck):
            if slide.kind == "answer":
                assert before.kind == "check"
                assert not any(
                    markup.text_of([node]) in markup.text_of(before.body + before.notes)
                    for node in slide.body[-1:]
                )


def _cut(body, pictures=None):
    return slides._Cutter(SimpleNamespace(body=tuple(body), notes=(), checks=()), pictures or {}).cut()


def test_what_an_author_wrote_for_the_slide_stands_there_and_the_paragraph_is_in_the_notes():
    written = {"t": "slide", "beside": False, "c": blocks("- Deleted is not gone.")}
    [made] = _cut([*blocks("## Files\n\nThe bytes stay until they are written over."), written])
    assert text_of(made.body) == "Deleted is not gone."
    assert text_of(made.notes) == "The bytes stay until they are written over."


def test_what_to_do_stands_beside_the_picture_of_the_lab_and_the_long_list_is_in_the_notes():
    beside = {"t": "slide", "beside": True, "c": blocks("Guess first.")}
    picture = slides.Picture(Path("bench.png"), "The bench.")
    body = [*blocks("## Work\n\n1. Do this long thing.\n2. And that."), beside, {"t": "lab", "name": "bench"}]
    made = _cut(body, {"bench": picture})[-1]
    assert (made.kind, made.picture, text_of(made.body)) == ("lab", picture, "Guess first.")
    assert text_of(made.notes) == "Do this long thing. And that."


def test_a_thin_slide_takes_more_sentences_and_a_long_list_is_divided_evenly():
    long = (
        "It stays there until another program writes over the same place on the disk, which can take years."
    )
    [thin] = _cut(blocks(f"## Files\n\nA file is deleted. {long}"))
    assert text_of(thin.body) == f"A file is deleted. {long}" and thin.notes == []
    items = "\n".join(f"- {'word ' * 14}{number}" for number in range(9))
    lengths = [len(slide.body[0]["items"]) for slide in _cut(blocks(f"## List\n\n{items}"))]
    assert sum(lengths) == 9 and len(lengths) > 1 and max(lengths) - min(lengths) <= 1


def test_no_trainee_page_or_paper_has_the_text_of_a_slide(lessons):
    from hanoikit.build import derive
    from hanoikit.teaching.handbook import reading

    [m04] = [one for one in lessons if one.module == "m04"]
    written = [text_of(node["c"]) for node in m04.body if node["t"] == "slide"]
    assert len(written) >= 5
    shown = text_of([node for node in reading(m04) if node["t"] in {"p", "ul", "ol", "table", "quote"}])
    notebook = " ".join(cell["source"] for cell in derive(m04.source)["cells"])
    assert "Send no more than is needed" in shown and "Send no more than is needed" in notebook
    for text in written:
        assert text not in shown
    assert "The first responder took a memory stick" not in notebook + shown


def test_every_lab_of_the_course_but_the_case_file_has_a_picture_on_its_slide(lessons):
    pictures = site.pictures(resources.assets() / "slides")
    assert all(len(one.alt) > 40 for one in pictures.values())
    labs = {node["name"] for one in lessons for node in one.body if node["t"] == "lab"}
    assert labs - pictures.keys() == {"case_briefing"}
