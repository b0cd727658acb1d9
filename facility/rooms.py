"""The rooms of the house: each is a package under facility/, in which what registers itself stands in modules of known names."""

import importlib
import pkgutil

import facility


def load(*names: str) -> None:
    """Import the module of each of these names in every room that has it."""
    for room in pkgutil.iter_modules(facility.__path__):
        if room.ispkg:
            for module in pkgutil.iter_modules([f"{facility.__path__[0]}/{room.name}"]):
                if module.name in names:
                    importlib.import_module(f"facility.{room.name}.{module.name}")
