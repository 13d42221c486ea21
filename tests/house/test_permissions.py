"""Every route says who may use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.app import create_app
from api.deps import Open, Permission
from gisgov.identity.rules import GRANTS
from gisgov.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
FASTAPI_OWN = {"/openapi.json", "/docs", "/docs/oauth2-redirect"}


@dataclass(frozen=True)
class Declared:
    """A route with what it declares about its callers."""

    name: str
    declarations: tuple[Permission | Open, ...]


def declared(settings: Settings) -> list[Declared]:
    """Return every route of the application that we wrote."""
    return [
        Declared(f"{sorted(route.methods)} {route.path}", tuple(_declarations(route.dependant)))
        for route in _routes(create_app(settings).routes)
        if route.path not in FASTAPI_OWN
    ]


def _routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)


def _declarations(dependant: Dependant) -> Iterator[Permission | Open]:
    for found in dependant.dependencies:
        if isinstance(found.call, Permission | Open):
            yield found.call
        yield from _declarations(found)


def test_every_route_declares_its_permission(shared_settings: Settings) -> None:
    routes = declared(shared_settings)
    assert len(routes) > 3
    assert [route.name for route in routes if not route.declarations] == []


def test_every_verb_is_granted_to_somebody(shared_settings: Settings) -> None:
    granted = frozenset().union(*GRANTS.values())
    asked = {
        found.verb
        for route in declared(shared_settings)
        for found in route.declarations
        if isinstance(found, Permission)
    }
    assert asked - granted == set()


def test_every_granted_verb_is_asked_for_somewhere() -> None:
    table = ROOT / "gisgov" / "identity" / "rules.py"
    asking = "\n".join(
        path.read_text("utf-8")
        for folder in ("gisgov", "api", "layers")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml"} and path != table
    )
    assert {verb for verb in frozenset().union(*GRANTS.values()) if f'"{verb}"' not in asking} == set()
