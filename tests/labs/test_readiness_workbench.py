"""The readiness workbench as a trainee uses it: every step shows a sentence and a table, and the work is kept."""

from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from hanoikit import labs, readiness
from hanoikit.labs.readiness_panel import NOTES
from hanoikit.readiness import figures, infrastructure


@pytest.fixture
def lab(tmp_path):
    return labs.readiness_workbench(into=tmp_path / "work")


def test_every_live_step_shows_a_result_at_once_and_its_figures_have_sentence_and_table(lab):
    shown = lab.results
    assert set(shown) == {"answers", "profile", "desk", "register", "plan", "help", "figures"}
    for name in ("profile", "desk", "plan", "figures"):
        (picture,) = shown[name]["pictures"]
        assert len(picture["alt"]) > 60 and "<table>" in shown[name]["html"], name
    assert all("<caption>" in one["html"] or "No help" in one["html"] for one in shown.values())
    with pytest.raises(StopIteration):
        next(one for one in shown.values() if not one["ok"])


def test_a_changed_answer_changes_the_gaps_and_the_plan_and_stays_after_a_restart(lab, tmp_path):
    before = lab.press("plan", "change", budget=1500)
    assert "1347 of 1500" in before.say and "154 of 154" in before.say
    changed = {f"q-{name}": "3" for name in ("forensics", "training", "live")}
    assert "136 points" in lab.press("answers", "change", **changed).say
    assert "1007 of 1500" in lab.results["plan"]["html"] and "136 points" in lab.results["profile"]["html"]
    again = labs.readiness_workbench(into=tmp_path / "work")
    assert "1007 of 1500" in again.results["plan"]["html"] or "136" in again.results["answers"]["html"]
    fields = {one["name"]: one["value"] for one in again.spec[0]["fields"]}
    assert fields["q-live"] == "3" and fields["q-images"] == "0"
    assert "154 points" in again.press("answers", "reset").say


def test_the_plan_without_review_loses_the_powers_and_help_makes_the_money_go_further(lab):
    less = lab.press("plan", "change", budget=1500, without=["review-law"])
    assert "Powers over stored data" not in str(less.html)
    paid = lab.press("plan", "change", budget=400, without=[]).say
    helped = lab.press("help", "change", accepted=["trainers", "fund", "law-clinic", "sealed-lab"])
    assert paid.startswith("14 of 26") and "18 steps are paid now" in helped.say
    assert "collide with 5(1), 36(1)" in str(helped.html)


def test_the_desk_counts_people_and_refuses_numbers_that_mean_nothing(lab):
    assert "6 officers" in lab.press("desk", "change").say
    assert (
        "12 officers"
        in lab.press("desk", "change", seats=2, hours_week=38, leave_days=36, training_days=12).say
    )
    for wrong in ({"seats": 0}, {"seats": "many"}, {"hours_week": 900}, {"leave_days": None}):
        assert not lab.press("desk", "change", **wrong).ok


def test_the_register_is_compared_and_each_act_is_judged_with_its_reason(lab):
    rule = [name for name, one in infrastructure.register().items() if one.listed]
    assert "is the one of the rule" in lab.press("register", "compare", register=rule, act="pump").say
    wrong = lab.press("register", "compare", register=["tickets"], act="early")
    assert "leaves out 6 and holds 1 too many" in wrong.say and "not law yet" in wrong.say


def test_the_exports_hold_the_plan_on_the_screen_and_an_older_one_is_laid_aside(lab, tmp_path):
    lab.press("plan", "change", budget=200)
    lab.press("help", "change", accepted=["drones"])
    for kind in ("xlsx", "pdf"):
        assert lab.press("export", kind).ok and lab.press("export", kind).ok
    folder = tmp_path / "work"
    names = sorted(path.name for path in folder.iterdir())
    assert [f"readiness-Elvaria.{kind}.before-1" for kind in ("pdf", "xlsx")] == [
        n for n in names if "before" in n
    ]
    page = load_workbook(folder / "readiness-Elvaria.xlsx")["Plan"]
    assert "waits for money" in {row[9] for row in page.iter_rows(values_only=True)}
    assert "200 thousand XTS" in PdfReader(folder / "readiness-Elvaria.pdf").pages[0].extract_text()


def test_the_table_that_nobody_should_cite_is_shown_up_only_on_demand(lab):
    quiet = lab.press("figures", "change", table="shifted")
    assert "shifted" not in str(quiet.html)
    assert "column seems to be shifted" in str(lab.press("figures", "check", table="shifted").html)
    assert not lab.press("figures", "check", table="coffee").ok


def test_the_drill_counts_right_verdicts(lab):
    for name, one in figures.claims().items():
        last = lab.press("claims", "verdict", claim=name, verdict=one.verdict)
    assert last.say == "8 of 8 verdicts are right; 8 sentences in all."
    assert "7 of 8" in lab.press("claims", "verdict", claim="hash", verdict="undated").say


def test_notes_that_somebody_spoiled_do_not_stop_the_work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    for spoiled in (
        "{",
        "[]",
        json.dumps(
            {"answers": {"images": 9, "x": 1}, "staffing": {"seats": "a"}, "budget": -3, "without": 7}
        ),
        json.dumps({"answers": [], "accepted": "all", "verdicts": 3, "table": [], "claim": {}, "act": 1}),
    ):
        (folder / NOTES).write_text(spoiled, encoding="utf-8")
        lab = labs.readiness_workbench(into=folder)
        assert all(one["ok"] for one in lab.results.values()), spoiled
    # What could not be read is still there, each for itself.
    assert [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.unreadable*"))] == ["{", "[]"]


def test_a_folder_that_cannot_be_written_is_said_and_the_work_goes_on(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("x")
    lab = labs.readiness_workbench(into=blocker / "work")
    shown = lab.press("plan", "change", budget=300)
    assert shown.ok and "Not kept:" in str(shown.html)
    assert not lab.press("export", "pdf").ok
    assert readiness.elvaria().name == "Elvaria"
