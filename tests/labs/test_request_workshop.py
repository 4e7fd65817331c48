"""The request workshop: the form with its letter, the answers of the other State, and what is kept on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanoikit import labs
from hanoikit.cooperation.requests import read as read_request
from hanoikit.errors import ArtefactUnreadable, DataInvalid, UsageError, WorkspaceError
from hanoikit.labs.request_room import RequestRoom, WorkshopCase
from hanoikit.resources import assets

SCRIPT = "<script>alert(1)</script>"
NOTHING = {
    "what": "", "holder": "", "need": "", "procedure": "", "data.1.category": "", "data.1.description": "",
    "data.1.identifier": "", "data.1.since": "", "data.1.until": "",
}  # fmt: skip
# What the briefing of the case allows a trainee to write.
GOOD = {
    "porto-cloud": {
        "language": "qac",
        "channel": "electronic",
        "central_authority_to": "Corvessa Ministry of Foreign Affairs, Treaty Section",
        "instrument": "convention",
        "articles": "10",
        "offence.name": "Obstruction of a system",
        "offence.law": "section 204 of the penal code of Aldermark",
        "offence.maximum_years": "6",
        "facts": "Since 29 March 2026 a program has locked the data of St Orla Hospital. The crew demands payment. Its "
        "last demand came on 9 April 2026 at 21:40, Aldermark time, from settle@fastsettle.example.",
        "measures.1.need": "It shows from where the account was used when the demand was sent, and who opened it.",
        "measures.1.data.1.category": "traffic",
        "measures.1.data.1.description": "Access log of the account",
        "measures.1.data.1.since": "2026-04-09 18:00",
        "measures.1.data.1.until": "2026-04-10 12:00",
        "measures.1.data.2.category": "subscriber",
        "measures.1.data.2.description": "Who opened the account, and when",
        "measures.1.data.2.identifier": "settle@fastsettle.example",
        **{f"measures.2.{name}": value for name, value in NOTHING.items()},
        "persons.1.name": "The user of settle@fastsettle.example",
        "persons.1.role": "suspect",
        "period.since": "2026-04-09 18:00",
        "period.until": "2026-04-10 12:00",
        "purpose": "To identify who sent the demand, for the trial in Fjordholm.",
        "confidentiality.asked": "yes",
        "confidentiality.reason": "The user would delete the account if he learned of it.",
        "use": "The case XA-2026-9639 and the trial that follows it.",
        "assurances": ["delete-after"],
        "preservation_reference": "XA-2026-9639, 10 April 2026",
    },
    "practice": {
        "channel": "paper",
        "central_authority_to": "Brevania Attorney General, Department for Requests",
        "instrument": "convention",
        "scope": "convention-offence",
        "articles": "13",
        "facts": "On 14 April 2026 Nordlys Linen of Fjordholm paid a false invoice of 18,600 XTS, which came by mail, "
        "to the account KQ-77140. The holder drew the money in cash on 15 and 16 April.",
        "measures.1.holder": "Kest Quay Bank, Kest",
        "measures.1.need": "Who opened the account KQ-77140 and may draw from it; its movements 14 to 24 April 2026.",
        **{f"measures.2.{name}": value for name, value in NOTHING.items()},
        "period.since": "2026-04-14 00:00",
        "period.until": "2026-04-24 23:59",
        "purpose": "To see where the money went, for the trial in Fjordholm.",
        "use": "The case XA-2026-9702 and the trial that follows it.",
        "assurances": ["speciality"],
    },
}  # fmt: skip
CASES = sorted(
    path.stem for path in (assets() / "cooperation" / "cases").glob("*.json") if path.stem != "schema"
)


def workshop(folder: Path, case: str = "porto-cloud"):
    return labs.request_workshop(case=case, into=folder, sync=False)


def fields_of(lab, step="write"):
    return next(one for one in lab.spec if one["id"] == step)["fields"]


def prefix(lab) -> str:
    return fields_of(lab)[0]["name"].partition(".")[0]


def typed(lab, values):
    return {f"{prefix(lab)}.{path}": value for path, value in values.items()}


def write(lab, values):
    return lab.press("write", "change", **typed(lab, values))


# the case and the treaty


def test_both_cases_have_a_bad_draft_and_a_good_request_is_granted(tmp_path):
    assert sorted(GOOD) == CASES
    for case in CASES:
        lab = workshop(tmp_path, case)
        first = lab.press("send", "send")
        assert not first.ok and lab.room.rounds[0].answer["decision"] in ("ask", "refuse")
        assert "Nothing is refused for good yet" in first.html
        assert "Missing or wrong: 0" in write(lab, GOOD[case]).say
        assert lab.press("send", "send").say == "Round 2: Granted."
        assert lab.room.check_log() == []


def test_the_choice_of_treaty_is_judged_with_the_reason_after_one_has_chosen(tmp_path):
    lab = workshop(tmp_path, "practice")
    assert "choose" not in lab.results  # nothing is given away before
    assert not lab.press("choose", "check", instrument="convention").ok
    poor = lab.press("choose", "check", instrument="treaty-xa-xb", channel="police")
    assert not poor.ok and "fits in part" in poor.html and "Another way is right" in poor.html
    good = lab.press(
        "choose", "check", instrument="convention", channel="central-authority", reason="Both are bound"
    )
    assert good.ok and "35(1)(a)" in good.html and "does not bind" in good.html
    kept = {field["name"]: field["value"] for field in fields_of(workshop(tmp_path, "practice"), "choose")}
    assert kept == {"instrument": "convention", "channel": "central-authority", "reason": "Both are bound"}


def test_an_unknown_or_unsound_case_is_refused_in_words(tmp_path):
    with pytest.raises(UsageError, match="There is no case"):
        workshop(tmp_path, "atlantis")
    with pytest.raises(DataInvalid) as caught:
        WorkshopCase.from_json({"case": "Big Case", "lines": {"measures": 99, "data": 1, "persons": 1}})
    assert len(caught.value.findings) > 5


# the form and its letter


def test_every_gap_is_explained_at_once_and_the_list_gets_shorter_while_one_types(tmp_path):
    lab = workshop(tmp_path)
    shown = lab.results["write"]["html"]
    for part in (
        "40(13)",
        "Articles of the Convention",
        "It asks for everything",
        "Any use",
        "The register names",
    ):
        assert part in shown
    before = json.dumps(lab.spec)
    fewer = write(lab, {"language": "qac", "articles": "10"})
    assert "Language" not in fewer.html.split("hk-paper")[0]
    assert json.dumps(lab.spec) == before  # typing does not make the form anew


def test_the_letter_beside_the_form_follows_every_change_and_shows_a_text_as_text(tmp_path):
    lab = workshop(tmp_path)
    html = write(lab, {"facts": f"The hospital stands still. {SCRIPT}", "persons.1.name": "علي"}).html
    assert "The hospital stands still. &lt;script&gt;" in html and SCRIPT not in html
    assert 'dir="auto"' in html and "علي" in html and "DRAFT" in html
    assert "DRAFT" not in write(lab, GOOD["porto-cloud"]).html
    assert next(step for step in lab.spec if step["id"] == "write")["beside"] is True


def test_a_field_that_cannot_be_read_is_said_and_the_rest_is_still_shown(tmp_path):
    lab = workshop(tmp_path)
    result = write(
        lab,
        {
            "measures.1.data.1.since": "9 April",
            "reference": "näher/1",
            "facts": "The ward stands still.",
        },
    )
    assert "Measure 1, data 1: Period from: “9 April” is no time" in result.html
    assert "Your reference: Only letters" in result.html and "The ward stands still." in result.html
    for step, action in (("send", "send"), ("letter", "json"), ("letter", "pdf")):
        refused = lab.press(step, action)
        assert not refused.ok and "cannot be read yet" in refused.html
    assert lab.room.rounds == []


def test_lines_can_be_added_and_taken_away_and_the_draft_comes_back(tmp_path):
    lab = workshop(tmp_path)
    names = [field["name"] for field in fields_of(lab)]
    assert f"{prefix(lab)}.measures.3.what" not in names
    lab.press("write", "lines", **{f"{prefix(lab)}#measures": "3", f"{prefix(lab)}#persons": "0"})
    names = [field["name"].partition(".")[2] for field in fields_of(lab)]
    assert "measures.3.data.2.identifier" in names and "persons.1.name" not in names
    lab.press("write", "lines", **{f"{prefix(lab)}#measures": "1"})
    assert "Intercept" not in lab.results["write"]["html"]
    lab.press("write", "clear")
    assert all(field["value"] in ("", [], "no") for field in fields_of(lab) if "#" not in field["name"])
    lab.press("write", "draft")
    assert "All mails from now on" in lab.results["write"]["html"]


def test_every_field_has_a_label_of_its_own(tmp_path):
    labels = [field["label"] for field in fields_of(workshop(tmp_path)) if field["kind"] != "heading"]
    assert len(set(labels)) == len(labels)


# the letters and the export


def test_letters_are_written_signed_when_whole_and_as_drafts_with_gaps_and_nothing_is_lost(tmp_path):
    lab = workshop(tmp_path)
    gaps = lab.press("letter", "word")
    assert not gaps.ok and "not signed" in gaps.say
    write(lab, GOOD["porto-cloud"])
    assert "signed by Maarve Dalnes" in lab.press("letter", "pdf").say
    first = (lab.room.folder / "letter.pdf").read_bytes()
    assert b"ETSI.CAdES.detached" in first
    write(lab, {"purpose": "To find out who sent the demand."})
    lab.press("letter", "pdf")
    assert (lab.room.folder / "letter.pdf.before-1").read_bytes() == first
    assert (lab.room.folder / "letter.pdf").read_bytes() != first
    lab.press("letter", "word")
    names = {path.name for path in lab.room.folder.iterdir()}
    assert names >= {
        "letter-draft.docx",
        "letter.docx",
        "letter.docx.sig.json",
        "letter.docx.tsr",
        "course-authority.pem",
    }
    assert "letter-draft.docx.sig.json" not in names


def test_the_request_is_exported_as_json_that_other_programs_read(tmp_path):
    lab = workshop(tmp_path)
    write(lab, GOOD["porto-cloud"])
    lab.press("letter", "json")
    request = read_request((lab.room.folder / "request.json").read_bytes())
    assert request.measures[0].data[0].since.isoformat() == "2026-04-09T18:00:00+03:00"
    assert len(request.measures) == 1 and request.confidentiality.asked


# the rounds


def test_after_a_restart_the_workshop_is_as_it_was(tmp_path):
    lab = workshop(tmp_path)
    lab.press("send", "send")
    write(lab, {**GOOD["porto-cloud"], "purpose": "Half a senten"})
    again = workshop(tmp_path)
    assert again.room.rounds == lab.room.rounds
    assert again.results["rounds"] == lab.results["rounds"] and again.results["write"] == lab.results["write"]
    shown = {field["name"].partition(".")[2]: field["value"] for field in fields_of(again)}
    assert shown["purpose"] == "Half a senten" and shown["measures.1.data.1.since"] == "2026-04-09 18:00"
    lab.press("write", "change")  # the cell is run again, and the old panel is still on the page
    assert workshop(tmp_path).results["write"] == lab.results["write"]


def test_the_rounds_show_what_was_changed_and_an_earlier_request_comes_back(tmp_path):
    lab = workshop(tmp_path)
    lab.press("send", "send")
    write(lab, GOOD["porto-cloud"])
    lab.press("send", "send")
    second = lab.press("rounds", "show", round="2").html
    assert "What was changed since the round before" in second and "All mails and files" in second
    assert "Granted" in second and "40(21)(c)" in second
    lab.press("rounds", "take", round="1")
    assert "All mails and files of the account" in lab.results["write"]["html"]
    assert {field["value"] for field in fields_of(lab) if field["name"].endswith("measures.2.what")} == {
        "interception"
    }


def test_an_answer_of_each_measure_has_its_ground_its_reason_and_what_would_change_it(tmp_path):
    lab = workshop(tmp_path)
    values = GOOD["porto-cloud"] | {
        "assurances": [],
        "measures.2.what": "stored-data",
        "measures.2.need": "To read it.",
    }
    values |= {
        "measures.2.holder": "Porto Cloud",
        "measures.2.data.1.category": "content",
        "measures.2.data.1.description": "The mails",
        "measures.2.data.1.identifier": "settle@fastsettle.example",
        "measures.2.data.1.since": "2026-04-01 00:00",
        "measures.2.data.1.until": "2026-04-10 12:00",
    }
    assert "Missing or wrong: 0" in write(lab, values).say
    html = lab.press("send", "send").html
    answer = lab.room.rounds[0].answer
    assert [one["decision"] for one in answer["measures"]][1] == "refuse" and answer["decision"] == "part"
    assert (
        "40(21)(c)" in html and "What would make the answer better" in html and "Ordered by a judge" in html
    )


def test_the_same_letter_again_is_no_answer_to_the_questions_of_the_first(tmp_path):
    lab = workshop(tmp_path, "practice")
    write(lab, {**GOOD["practice"], "purpose": ""})
    assert lab.press("send", "send").say == "Round 1: More information asked for."
    lab.press("send", "send")
    assert lab.room.rounds[1].answer["decision"] == "refuse"
    assert "40(21)(a)" in lab.room.rounds[1].answer["grounds"]


def test_a_torn_last_line_is_set_aside_and_a_changed_log_is_named(tmp_path):
    lab = workshop(tmp_path)
    lab.press("send", "send")
    lab.press("send", "send")
    log = lab.room.log_path
    log.write_bytes(log.read_bytes()[:-40])
    again = workshop(tmp_path)
    assert len(again.room.rounds) == 1
    again.press("send", "send")
    log.write_bytes(log.read_bytes().replace(b"Computer crime", b"Computer grime", 1))
    with pytest.raises(ArtefactUnreadable):
        workshop(tmp_path)


def test_two_windows_do_not_write_over_each_others_rounds(tmp_path):
    one, other = workshop(tmp_path), workshop(tmp_path)
    one.press("send", "send")
    refused = other.press("send", "send")
    assert not refused.ok and "Another window" in refused.html
    assert len(other.room.rounds) == 1
    assert other.press("send", "send").say.startswith("Round 2")


def test_a_folder_that_cannot_be_used_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkspaceError, match="cannot use its folder"):
        RequestRoom(tmp_path / "file" / "inside", WorkshopCase.named("practice"))


def test_a_damaged_draft_is_no_end_of_the_work(tmp_path):
    lab = workshop(tmp_path)
    lab.press("send", "send")
    (lab.room.folder / "draft.json").write_text(
        '{"number": "x", "values": [1], "lines": {"measures": "many"}, "fit": 3}'
    )
    again = workshop(tmp_path)
    assert len(again.room.rounds) == 1 and "All mails" in again.results["write"]["html"]


@pytest.mark.parametrize("kind", ["extradition", "transfer", "joint-investigation", "spontaneous"])
def test_every_kind_of_request_can_be_drafted_and_becomes_a_letter(tmp_path, kind):
    value = json.loads((assets() / "cooperation" / "cases" / "practice.json").read_text(encoding="utf-8"))
    value |= {"case": kind, "kind": kind, "draft": {"facts": "He drew the money in Kest."}}
    value |= {"matter": {"wanted": kind, "articles": ["13"]}}
    lab = workshop(tmp_path, WorkshopCase.from_json(value))
    assert "He drew the money in Kest." in lab.results["write"]["html"]
    assert lab.press("choose", "check", instrument="convention", channel="central-authority").ok
    assert "draft, not signed" in lab.press("letter", "word").say
    answer = lab.press("send", "send")
    assert ("Round 1" if kind == "extradition" else "This is no request that a State answers") in answer.say


def test_a_national_who_is_not_handed_over_is_prosecuted_at_home(tmp_path):
    value = json.loads((assets() / "cooperation" / "cases" / "practice.json").read_text(encoding="utf-8"))
    value |= {
        "case": "national",
        "kind": "extradition",
        "matter": {"wanted": "extradition", "articles": ["13"]},
    }
    value["circumstances"] = {"conduct": value["circumstances"]["conduct"], "own_national": True}
    value["draft"] = {
        **{
            name: one
            for name, one in value["draft"].items()
            if not name.startswith("measures") and name != "use"
        },
        **{
            name: one for name, one in GOOD["practice"].items() if name in ("facts", "articles", "instrument")
        },
        "channel": "paper",
        "central_authority_to": "Brevania Attorney General, Department for Requests",
        "person.name": "Arpan Yolmi",
        "person.place": "Kest",
        "person.nationality": "XB",
        "person.role": "accused",
        "identity": "Passport XB-114, with picture",
        "stage": "prosecution",
        "warrant": "Court of Fjordholm, 29 April 2026, No. 88",
        "evidence": "The account is in his name; a camera shows him drawing the money.",
    }
    value["draft"].pop("scope"), value["draft"].pop("purpose")
    lab = workshop(tmp_path, WorkshopCase.from_json(value))
    html = lab.press("send", "send").html
    assert lab.room.rounds[0].answer["decision"] == "refuse" and "Its own prosecutors take the case" in html
