"""The scenes of module 2: sound data, told in words that fit their facts."""

from __future__ import annotations

import json

import jsonschema
import pytest

from hanoikit import resources
from hanoikit.casework.scenes import scene, scenes
from hanoikit.convention.offence import find_offences, offence_elements
from hanoikit.errors import UsageError

FOLDER = resources.assets() / "casework"

# What each scene is in the course for: articles in, articles that depend. Everything else is out.
EXPECTED = {
    "stopped-transfer": ({12}, {13}),
    "stopped-friend": (set(), {13}),
    "password-page": ({11}, {7}),
    "night-entry": ({7, 11}, set()),
    "hospital-down": ({7, 9, 10, 11}, set()),
    "kit-seller": ({11}, set()),
    "tester": (set(), set()),
    "listener": ({8}, set()),
    "mule": (set(), {17}),
    "images": ({16}, set()),
    "synthetic": (set(), {16}),
    "under-18": ({14}, set()),
    "insult": (set(), set()),
    "landlord": ({13}, set()),
    "ship": ({10}, set()),
}


def test_the_scenes_fit_their_schema():
    schema = json.loads((FOLDER / "m02-scenes.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((FOLDER / "m02-scenes.json").read_text(encoding="utf-8")), schema)
    assert [one.id for one in scenes()] == list(EXPECTED)


@pytest.mark.parametrize("one", scenes(), ids=lambda one: one.id)
def test_each_scene_falls_under_the_articles_that_it_is_there_for(one):
    found = find_offences(one.conduct)
    assert (
        {a.article for a in found if a.verdict == "in"},
        {a.article for a in found if a.verdict == "depends"},
    ) == (EXPECTED[one.id])


def test_together_the_scenes_touch_every_offence_but_the_one_that_no_scene_should_tell():
    touched = set().union(*(sure | perhaps for sure, perhaps in EXPECTED.values()))
    assert touched == set(range(7, 18)) - {15}
    assert offence_elements(15)


def test_an_unknown_scene_is_refused_with_the_list():
    with pytest.raises(UsageError, match="night-entry"):
        scene("the-end")
