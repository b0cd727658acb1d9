"""The rooms of the house: packages under facility/, in which what registers itself stands in modules of known names."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import facility


def names() -> list[str]:
    """Every package of the house, by name: rooms and engines."""
    return [module.name for module in pkgutil.iter_modules(facility.__path__) if module.ispkg]


def load(*kinds: str) -> None:
    """Import what stands under each of these names in every room that has it: a module, or all modules of a folder."""
    for room in names():
        for kind in kinds:
            for _ in _modules(room, kind):
                pass


def load_slices() -> None:
    """Import every reaction, read model, check, scheduled step and sentence, so that all have registered; and no page, which most commands
    can do without."""
    load("events", "reactions", "projections", "checks", "service", "words", "registry")


def handlers(room: str) -> list[Any]:
    """The handlers of the room's pages: HANDLERS of each module that has any."""
    return [handler for module in _modules(room, "pages") for handler in getattr(module, "HANDLERS", ())]


def _modules(room: str, kind: str) -> Iterator[ModuleType]:
    """A room's module of this name, or its folder's modules; none where it has neither."""
    if kind in {module.name for module in pkgutil.iter_modules([f"{facility.__path__[0]}/{room}"])}:
        module = importlib.import_module(f"facility.{room}.{kind}")
        yield module
        for inner in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{module.__name__}."):
            yield importlib.import_module(inner.name)
