"""Derives the scenarios that the desks play from the story of the whole case.

>>> sorted(derived())
['whole-case-alone-short.yaml', 'whole-case-alone.yaml', 'whole-case-short.yaml', 'whole-case.yaml']

``assets/capstone/build.py`` writes them; a test compares. One story, two lengths, alone or with four teams: what a case
file or a product states is put in its message here, so that it stands in one place only.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from hanoikit.capstone import products
from hanoikit.capstone.plan import ALONE, TEAMS, folder
from hanoikit.capstone.run import REFERENCE, preservation_drafts
from hanoikit.network import form, tables
from hanoikit.network.yamldata import load
from hanoikit.safeguards import CaseFile, case_file

SEED = 1224
_SCRIPTED = ("XA-central", "XB-central", "XC-central", "XD-central")


def derived() -> dict[str, str]:
    """The scenarios as files, by their names. JSON is YAML, so that nothing has to be quoted by hand."""
    story = load(folder() / "story.yaml")
    made = {}
    for length in ("full", "short"):
        for alone in (False, True):
            name = f"whole-case{'-alone' if alone else ''}{'-short' if length == 'short' else ''}"
            value = _scenario(story, length, name, alone=alone)
            made[f"{name}.yaml"] = (
                "# Derived from assets/capstone/story.yaml by assets/capstone/build.py; change it there.\n"
                + json.dumps(value, indent=1, ensure_ascii=False)
                + "\n"
            )
    return made


def _scenario(story: Mapping[str, Any], length: str, name: str, *, alone: bool) -> dict[str, Any]:
    timing = story["lengths"][length]
    title = story["title"] + (", short run" if length == "short" else "")
    seats = [
        {"desk": one} if not alone or one == ALONE else {"desk": one, "script": story["scripts"][one]}
        for one in TEAMS
    ]
    if alone:
        seats += [
            {"desk": one, "script": story["scripts"][one[:2]]}
            for one in _SCRIPTED
            if not one.startswith(ALONE)
        ]
    return {
        "scenario": name,
        "title": title + (", alone" if alone else ""),
        "about": story["about"],
        "begins": timing["begins"],
        "lasts": timing["lasts"],
        "speed": timing["speed"],
        "seed": SEED,
        "desks": seats,
        "jumps": timing["jumps"],
        **({} if alone else {"papers": _papers(story, length)}),
        "injects": [
            _inject(one, length)
            for one in story["injects"]
            if length in one and not (alone and one.get("mode") == "live")
        ],
    }


def _inject(given: Mapping[str, Any], length: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": given["id"], "at": given[length], "to": given["to"]}
    if "text" in given:
        return {**made, "text": " ".join(given["text"].split())}
    made |= {"from": given["from"], "kind": given.get("kind", "document")}
    made |= {name: given[name] for name in ("urgency", "reference") if name in given}
    if "case" in given:
        made["body"] = _of_case(case_file(given["case"], folder=folder() / "files"), given["from"])
    elif "product" in given:
        body = products.body_of(given["product"])
        made["body"] = form.write(body, tables.kind("document").elements)
    else:
        made["body"] = copy.deepcopy(given["body"])
    for value in [made["body"], *made["body"].get("data", [])]:
        for name in ("since", "until"):
            if isinstance(value.get(name), str) and value[name][:1] in "+-" and value[name]:
                value[name] = _after(value[name], given[length])
    return made


_READY = {"log": "task-log", "images": "nurse", "freeze": "task-money", "removal": "nurse"}


def _papers(story: Mapping[str, Any], length: str) -> list[dict[str, Any]]:
    """The prepared requests and documents, on Aldermark's desk when the story needs them."""
    times = {one["id"]: one.get(length, "") for one in story["injects"]}
    made = []
    for name, draft in preservation_drafts().items():
        body = form.write(draft.body, tables.kind(draft.body.kind).elements)
        paper = {"kind": draft.body.kind, "to": draft.to, "reference": draft.reference, "urgency": "urgent"}
        made.append(_paper(name, times[_READY[name]], draft.title, draft.about, {**paper, "body": body}))
    for product in products.all_prepared():
        group = product.id.partition("-")[0]
        body = form.write(product.body(), tables.kind("document").elements)
        paper = {"kind": "document", "to": product.to, "reference": REFERENCE, "urgency": "urgent"}
        ready = times[_READY.get(group) or ("task-return" if group == "return" else "task-request")]
        made.append(
            _paper(product.id, ready, product.title, product.about, {**paper, "body": {**body, "digest": ""}})
        )
    return made


def _paper(name: str, at: str, title: str, about: str, draft: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"paper-{name}",
        "desk": ALONE,
        "at": at,
        "title": title,
        "about": about,
        "draft": dict(draft),
    }


def _after(shift: str, at: str) -> str:
    """A span after the inject as a span after the beginning."""
    from hanoikit.network.clock import span

    total = span(at) + span(shift[1:]) * (1 if shift[0] == "+" else -1)
    minutes = int(total.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes)}m"


def _of_case(file: CaseFile, sender: str) -> dict[str, Any]:
    """A request for assistance with the numbered facts of its file."""
    office = tables.rules(sender[:2]).central_authority.name
    asked = " ".join(f"({one.id}) {one.text}" for one in file.parts)
    facts = "\n".join([f"{one.id}. {one.text}" for one in file.facts])
    return {
        "authority": office,
        "document": "assistance-request",
        "title": file.title,
        "route_to": tables.rules(file.requested).central_authority.name,
        "facts": f"Asked for: {asked}\n{facts}",
    }
