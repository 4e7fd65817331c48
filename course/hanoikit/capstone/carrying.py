"""A request of an earlier module, carried to this case: its maker's choices, with the new names, dates and sums.

>>> freeze = freeze_of({"measure": "freeze-on-request", "amount": 753468, ...})
>>> freeze["request"]["amount"]
12000000

Module 6, 8 and 9 let everybody write a request in a case of its own. Here it becomes a document of the whole case, by
rules that help nobody: what was left empty stays empty, what was asked for beyond the need is asked for again, and who
asked the wrong State or by the wrong way does so again. The checks and the marks are those of every other document.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from hanoikit.capstone.products import REMOVAL, STOLEN, prepared_content

ON_THE_ACCOUNT = 15_000_000
"""What lies on the account in San Ruel, in XTS cents, with the tenant's rent."""

# Module 8, question 6: the account of Baraka Dulmi. What was right there, and what was the whole account.
_M08_TRACED, _M08_BALANCE = 753_468, 1_296_258
_M08_STATE, _M08_RULE = "XB", "haircut"
_M08_CHANNELS = {"network": "network", "central": "central-authority", "bank": "bank"}
_M08_OTHERS = ("nobody", "no one", "none", "sister", "boatyard", "not known", "no other", "good faith")

# Module 6: whose data the workshop's cases are about.
_M06_ACCOUNTS = ("settle@fastsettle.example", "dunlin.77")


def freeze_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The request for freezing of module 8 (question 6), for the account in San Ruel."""
    new = prepared_content("freeze-2")["request"]
    made = {name: text if answer.get(name) else type(text)() for name, text in new.items()}
    articles = answer.get("articles")
    made["articles"] = [str(one) for one in articles] if isinstance(articles, list) else []
    if made["third_parties"] and not _names(answer["third_parties"], _M08_OTHERS):
        made["third_parties"] = str(answer["third_parties"])[:500]
    amount = answer.get("amount")
    whole = int(amount) if isinstance(amount, int | float) and not isinstance(amount, bool) else 0
    made["amount"] = {_M08_TRACED: STOLEN, _M08_BALANCE: ON_THE_ACCOUNT}.get(
        whole, whole * STOLEN // _M08_TRACED
    )
    for name in ("measure", "unit"):
        made[name] = str(answer.get(name, ""))
    made["to"] = "XD" if answer.get("to") == _M08_STATE else str(answer.get("to", ""))
    made["channel"] = _M08_CHANNELS.get(str(answer.get("channel", "")), str(answer.get("channel", "")))
    made["rule"] = new["rule"] if answer.get("rule") == _M08_RULE else str(answer.get("rule", ""))
    return {"request": made}


def assistance_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request for legal assistance of module 6, for the log of the account in Porto Lune.

    Each line of data keeps its kind; the account of that case becomes the account of this one, and every other
    identifier stays what it was. A measure that this case does not need is asked for again.
    """
    new = prepared_content("assistance-2")
    line = new["measures"][0]["data"][0]
    made = copy.deepcopy(dict(request))
    for name in _FROM_THE_CASE:
        if made.get(name):
            made[name] = copy.deepcopy(new[name])
        else:
            made.pop(name, None)
    measures = []
    for number, given in enumerate(made.get("measures") or [], 1):
        measure = {**given, "id": f"m{number}"}
        for name in ("holder", "need"):
            if measure.get(name):
                measure[name] = new["measures"][0][name]
        measure["data"] = [_line(one, line) for one in given.get("data") or []]
        measures.append(measure)
    made["measures"] = measures
    made["persons"] = []
    return made


_FROM_THE_CASE = (
    "requested", "reference", "date", "central_authority_from", "central_authority_to", "authority", "offence", "facts",
    "period", "purpose", "use", "preservation_reference", "attachments", "language",
)  # fmt: skip


def _line(given: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(given)
    if any(name in str(made.get("identifier", "")) for name in _M06_ACCOUNTS):
        made["identifier"] = new["identifier"]
    if made.get("category") == new["category"] and made.get("description"):
        made["description"] = new["description"]
    for name in ("since", "until"):
        if made.get(name):
            made[name] = new[name]
    return made


def removal_of(kept: list[str]) -> dict[str, Any]:
    """What stays in the request by module 9 (question 8), for the page that threatens the nurse.

    Kept letters: a the address, b a copy of the film, c the offence in short, d her name in the open, e papers of her
    doctor, f a letter for her name, g what is to be kept, h her earlier relationships.
    """
    new = prepared_content("removal-1")
    chosen = set(kept)
    made = {
        "hashes": new["hashes"],
        "page": new["page"] if "a" in chosen else "",
        "preserved": new["preserved"] if "g" in chosen else "",
        "route": new["route"] if "c" in chosen else "",
        "type": REMOVAL,
        "victim_agrees": new["victim_agrees"],
    }
    if "b" in chosen:
        made["images"] = "attached"
    private = sorted(chosen & {"d", "e", "h"})
    if private:
        made["private"] = private
    return made


def _names(text: object, words: tuple[str, ...]) -> bool:
    return any(re.search(rf"\b{re.escape(word)}", str(text).lower()) for word in words)
