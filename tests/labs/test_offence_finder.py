"""The offence finder: it shows what the offence room computes, and its two steps never contradict each other."""

from __future__ import annotations

import time

import pytest
from bs4 import BeautifulSoup

from hanoikit import labs
from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import CONVENTION, facts, find_offences, state, states
from hanoikit.labs.offence_words import NO_BREAK

LAWS = ("convention", *(law.code for law in states()))


@pytest.fixture
def finder():
    return labs.offence_finder()


def result(panel, step: str) -> BeautifulSoup:
    return BeautifulSoup(panel.results[step]["html"], "html.parser")


def rows(panel, step: str) -> list[list[str]]:
    return [
        [cell.get_text(" ", strip=True).replace(NO_BREAK, " ") for cell in row.find_all(["th", "td"])]
        for table in result(panel, step).find_all("table")
        for row in table.select("tbody tr")
    ]


def names(panel) -> list[str]:
    return [field["name"] for field in panel.spec[1]["fields"]]


def change(panel, **values: str):
    """Change facts of the offence that is shown, as the page does: with every field of the step."""
    shown = {field["name"]: field["value"] for field in panel.spec[1]["fields"]}
    prefix = next(name for name in shown if name.endswith("--offence")).rsplit("--", 2)[0] + "--"
    return panel.press(
        "offence", "change", **{**shown, **{prefix + key.replace("_", "-"): v for key, v in values.items()}}
    )


@pytest.mark.parametrize("law", LAWS)
def test_the_tables_name_every_offence_with_the_verdict_reason_and_provisions_of_the_room(finder, law):
    for one in scenes():
        finder.press("scene", "change", scene=one.id, law=law)
        shown = {row[0]: row for row in rows(finder, "scene")}
        for found in find_offences(one.conduct, CONVENTION if law == "convention" else state(law)):
            (row,) = [row for name, row in shown.items() if found.label in name and found.reason in row]
            assert row[1].split(" ")[1] == found.verdict
            assert row[3] == ", ".join(found.provisions)


def test_the_figure_has_a_row_for_each_offence_and_words_in_every_cell_that_counts(finder):
    finder.press("scene", "change", scene="stopped-transfer", law="convention")
    (picture,) = finder.results["scene"]["pictures"]
    body = picture["data"][0]
    labels = picture["layout"]["yaxis"]["ticktext"]
    assert len(labels) == len(body["text"]) == 11
    fraud = [cell.replace(NO_BREAK, " ") for cell in body["text"][labels.index("13 theft, fraud")]]
    assert fraud[:4] == ["? depends", "✓ met", "", "◐ tried"]
    assert "1 in, 1 depend, 9 out" in picture["alt"]
    assert "geo" not in picture["layout"]


def test_a_changed_fact_moves_both_steps_at_once(finder):
    finder.press("scene", "change", scene="night-entry", law="XB")
    assert "? depends" in str(rows(finder, "scene")[0])
    said = change(finder, measure_broken="yes").say.replace(NO_BREAK, " ")
    assert said.startswith("7 access: ✓ in")
    assert "✓ in" in str(rows(finder, "scene")[0])
    assert "a security measure was broken on the way in: yes" in result(finder, "scene").get_text()
    change(finder, measure_broken="no")
    assert [row[1] for row in rows(finder, "scene") if "protected register" in row[0]] == ["✕ out"]


def test_a_fact_set_back_to_what_the_scene_tells_is_no_change_any_more(finder):
    finder.press("scene", "change", scene="night-entry", law="XB")
    change(finder, measure_broken="yes")
    change(finder, measure_broken="open")
    assert "You changed" not in result(finder, "scene").get_text()


def test_another_scene_forgets_the_changes_and_another_law_keeps_them(finder):
    finder.press("scene", "change", scene="night-entry", law="XB")
    change(finder, measure_broken="yes")
    finder.press("scene", "change", scene="night-entry", law="XE")
    assert "You changed" in result(finder, "scene").get_text()
    finder.press("scene", "change", scene="images", law="XE")
    finder.press("scene", "change", scene="night-entry", law="XE")
    assert "You changed" not in result(finder, "scene").get_text()


def test_fields_of_another_scene_or_law_get_other_names_so_that_the_page_shows_their_own_values(finder):
    finder.press("scene", "change", scene="night-entry", law="XB")
    before = set(names(finder))
    finder.press("scene", "change", scene="images", law="XB")
    assert before.isdisjoint(names(finder))


def test_what_a_page_sends_late_for_another_scene_changes_nothing(finder):
    finder.press("scene", "change", scene="night-entry", law="XB")
    stale = {field["name"]: "no" for field in finder.spec[1]["fields"] if "--offence" not in field["name"]}
    finder.press("scene", "change", scene="images", law="XB")
    before = finder.results["scene"]["html"]
    finder.press("offence", "change", **stale)
    assert finder.results["scene"]["html"] == before


def test_the_controls_are_the_facts_that_bear_on_the_offence_and_their_values(finder):
    finder.press("scene", "change", scene="stopped-transfer", law="convention")
    fields = {field["name"]: field for field in finder.spec[1]["fields"]}
    lost = fields["stopped-transfer--property-lost"]
    assert lost["value"] == "tried"
    assert [option["value"] for option in lost["options"]] == ["open", "yes", "no", "tried", "prepared"]
    assert [option["value"] for option in fields["stopped-transfer--aim-gain"]["options"]] == [
        "open",
        "yes",
        "no",
    ]
    assert all(field["label"] for field in fields.values())


def test_with_no_scene_every_fact_is_open_and_can_be_set_one_by_one(finder):
    finder.press("scene", "change", scene="empty", law="convention")
    assert {row[1] for row in rows(finder, "scene")[:11]} == {"? depends"}
    finder.press("offence", "change", **{"empty--convention--offence": "7"})
    for key in ("accessed-system", "on-purpose", "without-right"):
        finder.press("offence", "change", **{f"empty--{key}": "yes"})
    assert [row[1] for row in rows(finder, "scene") if row[0].startswith("7 ")] == ["✓ in"]


def test_optional_elements_are_shown_but_do_not_count(finder):
    finder.press("scene", "change", scene="night-entry", law="convention")
    finder.press("offence", "change", **{"night-entry--convention--offence": "7"})
    optional = [row for row in rows(finder, "offence") if row[1] == "◇ optional"]
    assert [row[3] for row in optional] == ["7(2)", "7(2)", "7(2)"]
    assert optional[0][2].endswith("Here: open.")


def test_the_sentence_of_a_state_counts_critical_infrastructure(finder):
    finder.press("scene", "change", scene="hospital-down", law="XA")
    finder.press("offence", "change", **{"hospital-down--XA--offence": "10"})
    assert "At most 10 years. Raised from 6 years" in result(finder, "offence").get_text()


def test_a_state_without_the_offence_is_shown_with_its_declaration(finder):
    finder.press("scene", "change", scene="images", law="XE")
    said = finder.press("offence", "change", **{"images--XE--offence": "16"}).say
    assert "does not bind it" in said


@pytest.mark.parametrize(
    "values", [{"scene": "no-such"}, {"law": "XZ"}, {"scene": "../etc"}, {"law": "<script>"}], ids=str
)
def test_a_scene_or_law_that_there_is_not_is_refused_and_nothing_moves(finder, values):
    before = finder.results["offence"]
    refused = finder.press("scene", "change", **values)
    assert not refused.ok and "<script>" not in refused.html
    assert finder.results["offence"] == before


def test_a_value_that_a_fact_cannot_have_is_refused(finder):
    refused = finder.press("offence", "change", **{"stopped-transfer--aim-gain": "tried"})
    assert not refused.ok


def test_article_14_is_treated_in_the_abstract(finder):
    finder.press("scene", "change", scene="under-18", law="convention")
    finder.press("offence", "change", **{"under-18--convention--offence": "14"})
    assert "do not open it" in result(finder, "offence").get_text()


def test_every_scene_in_every_law_is_shown_without_a_long_wait(finder):
    begin = time.process_time()
    shown = 0
    for law in LAWS:
        for one in scenes():
            assert finder.press("scene", "change", scene=one.id, law=law).ok
            shown += 1
    # A generous bound on work, not on the clock of a busy machine: the page must follow within 0.15 s.
    assert (time.process_time() - begin) / shown < 0.1


def test_a_hand_in_that_is_marked_shows_no_panel(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    for lab in (labs.offence_finder, labs.dual_criminality_table, labs.jurisdiction_finder):
        assert type(lab()).__name__ == "Inert"


def test_every_fact_can_be_reached_through_some_offence_of_some_law(finder):
    reached = set()
    for law in LAWS:
        for one in ("stopped-transfer", "landlord"):
            finder.press("scene", "change", scene=one, law=law)
            for option in finder.spec[1]["fields"][0]["options"]:
                finder.press("offence", "change", **{f"{one}--{law}--offence": option["value"]})
                reached |= {name.removeprefix(f"{one}--") for name in names(finder)}
    assert set(facts()) - reached == {"critical-infrastructure", "for-company", "other-un-treaty"}


def test_scene_texts_are_escaped_like_any_text(finder, monkeypatch):
    import dataclasses

    from hanoikit.labs import offence_panel

    evil = dataclasses.replace(scene("ship"), text="<script>alert(1)</script>")
    monkeypatch.setattr(offence_panel, "scene", lambda name: evil)
    finder.press("scene", "change", scene="ship", law="XA")
    assert "<script>" not in finder.results["scene"]["html"]
