"""The data of the whole case fit together, and cite what there is."""

import json

import pytest

from hanoikit import resources
from hanoikit.capstone.building import derived
from hanoikit.capstone.decisions import Decision
from hanoikit.capstone.judging import CHECKS
from hanoikit.capstone.plan import TEAMS, folder, plan, scenario
from hanoikit.capstone.products import all_prepared, body_of, check, errors, prepared
from hanoikit.capstone.run import answer_body, outcomes, preservation_drafts
from hanoikit.convention import provision
from hanoikit.errors import UsageError
from hanoikit.network import course_directory, tables, validate
from hanoikit.network.messages import Message
from hanoikit.network.scenario import Scenario
from hanoikit.safeguards import case_file, case_files, review
from hanoikit.safeguards import validate as validate_file
from hanoikit.trust.identity import CourseAuthority
from hanoikit.victims import drawing, perceptual_hash, route

SOUND = {"freeze-2", "removal-1", "assistance-2", "package-1", "return-2"}


def test_the_scenarios_are_what_the_story_says():
    for name, text in derived().items():
        path = resources.assets() / "network" / "scenarios" / name
        assert path.read_text(encoding="utf-8") == text, name
        assert Scenario.load(path).problems() == []


@pytest.mark.parametrize("name", case_files(folder=folder() / "files"))
def test_each_case_file_is_in_form_and_comes_out_as_its_author_says(name):
    entry = json.loads((folder() / "files" / f"{name}.json").read_text(encoding="utf-8"))
    assert validate_file(entry) == []
    file = case_file(name, folder=folder() / "files")
    found = review(file)
    assert found.outcome == entry["notes"]["outcome"]
    assert found.carry and set(found.carry) < {one.id for one in file.facts}


def test_each_team_has_one_to_refuse_and_one_to_grant_and_each_state_asks_for_both():
    by_cases = [one for one in plan().matters.values() if one.grounds or one.outcomes == ("grant",)]
    asked = {name: plan().injects[name]["from"][:2] for name in plan().matters}
    for team in TEAMS:
        mine = [one for one in by_cases if one.team == team and "case" in plan().injects[one.id]]
        assert sorted(one.outcomes[0] for one in mine) == ["grant", "refuse"]
        sent = [plan().matters[name] for name, state in asked.items() if state == team]
        assert {"grant", "refuse"} <= {one.outcomes[0] for one in sent}, team


def test_everything_that_is_cited_exists():
    refs = {ref for one in plan().elements for ref in one.provisions}
    refs |= {ref for one in plan().matters.values() for ref in (*one.provisions, *one.grounds)}
    for ref in refs:
        provision(ref)
    for one in plan().matters.values():
        known = {number for number, _text in one.facts}
        assert set(one.carry) <= known and set(one.grounds) <= set(tables.grounds())
        if one.id != "nurse":
            assert set(one.outcomes[:1]) <= dict(outcomes(one)).keys()


def test_every_check_and_every_moment_is_there():
    assert {one.check for one in plan().elements} == set(CHECKS)
    for one in plan().elements:
        assert one.given.get("before", "log_gone") in plan().moments
    ids = [one.id for one in plan().elements]
    assert len(ids) == len(set(ids))


def test_of_each_pair_of_products_one_holds_and_one_does_not():
    for product in all_prepared():
        found = errors(product.kind, product.content)
        wrong_plan = product.id == "return-1" or product.id == "assistance-1"
        assert (found == ()) is (product.id in SOUND) or wrong_plan, (product.id, found)
    kinds = [one.kind for one in all_prepared()]
    assert all(kinds.count(kind) == 2 for kind in kinds)


def test_the_spoilt_copy_differs_by_one_line_and_two_checks_see_it():
    spoilt, sound = body_of("log-altered"), body_of("log-sound")
    assert {one.code for one in check("evidence-package", spoilt.content, digest=spoilt.digest)} == {
        "digest-differs",
        "other-data",
    }
    assert check("evidence-package", sound.content, digest=sound.digest) == ()


@pytest.mark.parametrize("content", ["", "[]", "{}", "nonsense", '{"type": 3}', "[" * 5000])
def test_a_document_that_is_no_document_is_a_finding_and_no_crash(content):
    for kind in {one.kind for one in all_prepared()}:
        assert errors(kind, content)


def test_a_package_of_another_laboratory_is_refused():
    value = json.loads(prepared("package-1").content)
    stranger = CourseAuthority.create(seed="somebody else")
    other = json.loads(prepared("log-sound").content)
    value["root"] = other["root"]
    assert errors("evidence-package", json.dumps(value))
    value = json.loads(prepared("package-1").content)
    value["root"]["certificate"] = _der(stranger)
    assert errors("evidence-package", json.dumps(value))


def _der(authority):
    import base64

    from cryptography.hazmat.primitives.serialization import Encoding

    return base64.b64encode(authority.certificate.public_bytes(Encoding.DER)).decode()


def test_the_removal_carries_hashes_of_the_abstract_stand_ins_and_no_image():
    content = json.loads(prepared("removal-1").content)
    assert content["hashes"] == [perceptual_hash(drawing(seed)).bits for seed in (5521, 5522)]


def test_the_prepared_preservation_requests_are_complete():
    directory, _identities = course_directory(CourseAuthority.create(seed="capstone tests"))
    for draft in preservation_drafts().values():
        sent = scenario(short=True).begins
        message = Message(
            sender="XA", recipient=draft.to, sent=sent, body=draft.body, reference="XA-1", urgency="urgent"
        )
        found = validate(message, directory=directory)
        assert [one for one in found if one.severity == "error"] == []


def test_the_nurse_goes_the_way_that_module_9_gives():
    answers = {"age": "adult", "consent": "shared-once", "spread": "yes"}
    assert plan().matters["nurse"].outcomes == (route(**answers).id,)


@pytest.mark.parametrize(
    ("text", "outcome", "facts", "provisions", "parts"),
    [
        ("refuse; facts 5, 6; provision 40(22); because", "refuse", ("5", "6"), ("40(22)",), ()),
        ("Granted; fact danger; article 41(3)(e)", "grant", ("danger",), ("41(3)(e)",), ()),
        ("decision: partly; parts a, b; facts: 3; provision 24(1)", "part", ("3",), ("24(1)",), ("a", "b")),
        ('{"outcome": "ask", "facts": ["1"]}', "ask", ("1",), (), ()),
        ("ncii", "ncii", (), (), ()),
    ],
)  # fmt: skip
def test_a_decision_is_read_from_what_people_write(text, outcome, facts, provisions, parts):
    found = Decision.read(text)
    assert (found.outcome, found.facts, found.provisions, found.parts) == (outcome, facts, provisions, parts)
    assert Decision.read(found.to_text()) == found


@pytest.mark.parametrize(
    "text", ["", " ; ; ", "{", '{"outcome": 3}', '{"outcome": "x", "facts": "1"}', "{" * 9000]
)
def test_what_holds_no_decision_is_none(text):
    with pytest.raises(UsageError):
        Decision.read(text)


def test_a_refusal_without_a_ground_takes_the_one_that_was_cited(good):
    matter = good.matter("reporter")
    body = answer_body(Decision("refuse", ("5",), ("6(2)", "40(22)"), "x"), matter)
    assert body.ground == "40(22)"
