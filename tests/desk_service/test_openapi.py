"""The published description: it names every operation, and what is sent by it never breaks the service."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Route as StarletteRoute

from hanoikit.desk_service.openapi import description
from hanoikit.desk_service.routes import all_routes


def test_every_route_is_described_and_every_described_route_exists() -> None:
    described = {
        (method.upper(), path) for path, operations in description()["paths"].items() for method in operations
    }
    assert described == {(route.method, route.path) for route in all_routes()}
    from datetime import UTC, datetime

    from hanoikit.desk_service.access import Rates
    from hanoikit.desk_service.app import application

    app: Any = application(None, now=lambda: datetime.now(UTC), rates=Rates())  # type: ignore[arg-type]
    served = {
        (method, route.path)
        for route in app._app.routes
        if isinstance(route, StarletteRoute)
        for method in (route.methods or ()) - {"HEAD"}
    }
    assert served == described


def test_the_description_is_valid_openapi_and_its_references_lead_somewhere() -> None:
    value = description()
    assert value["openapi"].startswith("3.1")

    def references(node: Any) -> Any:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for member in node.values():
                yield from references(member)
        elif isinstance(node, list):
            for member in node:
                yield from references(member)

    for reference in set(references(value)):
        here = value
        for name in reference.removeprefix("#/").split("/"):
            here = here[name]


def test_the_service_describes_itself_to_anybody(service: Any) -> None:
    with service.http() as http:
        assert http.get("/openapi.json").json() == description()
        assert http.get("/health").json()["ok"] is True
        assert http.get("/nothing").status_code == 404
        assert http.delete("/api/messages").status_code == 405


@pytest.mark.slow
@pytest.mark.parametrize("role", ["XB-central", "facilitator"])
def test_whatever_fits_the_description_or_not_gives_no_error_of_the_service(start: Any, role: str) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    running = start()
    schema = schemathesis.openapi.from_dict(description())
    headers = {"Authorization": f"Bearer {running.tokens[role]}"}
    mine = {
        (method, path)
        for path, found in description()["paths"].items()
        for method, operation in found.items()
        if ("facilitator" if role == "facilitator" else "desk") in operation.get("x-roles", [role, "desk"])
        and not path.endswith("/events")  # they do not end
    }
    operations = [result.ok() for result in schema.get_all_operations()]
    operations = [one for one in operations if (one.method, one.path) in mine]
    assert len(operations) > 10
    with running.http(role) as http:
        for operation in operations:
            cases = operation.as_strategy()
            if operation.path.startswith("/api/"):  # the others have nothing that could be wrong
                negative = schemathesis.GenerationMode.NEGATIVE
                cases = st.one_of(cases, operation.as_strategy(generation_mode=negative))

            @given(case=cases)
            @settings(
                max_examples=12,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def no_error(case: Any) -> None:
                sent = case.as_transport_kwargs(base_url=running.url, headers=headers)
                answer = http.request(
                    sent["method"],
                    sent["url"],
                    params=sent.get("params"),
                    content=_body(sent),
                    headers={**dict(sent.get("headers") or {}), **headers},
                )
                assert answer.status_code < 500, (case.method, case.path, answer.text)
                if answer.status_code >= 400:
                    assert answer.json()["status"] == answer.status_code

            no_error()
        assert http.get("/health").status_code == 200


def _body(sent: dict[str, Any]) -> Any:
    import json

    if sent.get("json") is not None:
        return json.dumps(sent["json"]).encode("utf-8", "replace")
    data = sent.get("data")
    return data if isinstance(data, bytes | str) else None
