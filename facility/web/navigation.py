"""The main navigation: rooms say what there is, and each visitor sees what their roles may open."""

import msgspec

from facility.web.access import ANYONE, SIGNED_IN, Item, Role, Visitor


class NavEntry(msgspec.Struct, frozen=True):
    """A registered place. `label` is untranslated; entries stand in the order of `order`, then of registration."""

    label: str
    href: str
    items: tuple[Item, ...]
    order: int


class Shown(msgspec.Struct, frozen=True):
    """An entry as the page shows it; `current` where the page lies under it."""

    label: str
    href: str
    current: bool


ENTRIES: list[NavEntry] = []


def nav(label: str, href: str, *items: Item | Role, order: int = 50) -> None:
    """Register a place in the main navigation for these roles (`ANYONE`, `SIGNED_IN` or roles). Mark labels with N_()."""
    if any(entry.href == href for entry in ENTRIES):
        raise TypeError(f"two places at {href}")
    wanted = tuple(Item(role=item) if isinstance(item, Role) else item for item in items)
    ENTRIES.append(NavEntry(label, href, wanted, order))
    ENTRIES.sort(key=lambda entry: entry.order)


def _open_to(entry: NavEntry, roles: frozenset[Role] | None) -> bool:
    if ANYONE in entry.items:
        return True
    if roles is None:
        return False
    return SIGNED_IN in entry.items or any(item.role in roles for item in entry.items)


def places(visitor: Visitor | None, path: str) -> list[Shown]:
    """What this visitor sees on the page at this path. Labels are still untranslated."""
    roles = visitor.roles if visitor else None
    entries = [entry for entry in ENTRIES if _open_to(entry, roles)]
    current = max(
        (e.href for e in entries if path == e.href or path.startswith(f"{e.href}/")), key=len, default=None
    )
    return [Shown(entry.label, entry.href, entry.href == current) for entry in entries]
