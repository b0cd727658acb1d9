"""The main navigation: rooms say what there is, and each visitor sees what their roles may open, in at most seven entries."""

import msgspec

from facility.web.access import ANYONE, SIGNED_IN, Item, Role, Visitor
from facility.web.i18n import N_, Message

CALLS, DELIVERY, MORE = N_("Calls"), N_("Delivery"), N_("More")
"""Entries that hold several places; whoever may open only one of them sees that place instead."""


class Place(msgspec.Struct, frozen=True):
    """A registered place. `label` is untranslated; `holds` are other addresses that lie under it."""

    label: Message
    href: str
    items: tuple[Item, ...]
    order: int
    group: Message | None
    holds: tuple[str, ...]

    def reach(self, path: str) -> int:
        """How much of the path lies under this place, in characters: the longest of all is where the page lies."""
        under = [held for held in (self.href, *self.holds) if path == held or path.startswith(f"{held}/")]
        return max(map(len, under), default=0)


class Shown(msgspec.Struct, frozen=True):
    """An entry as the page shows it; `current` where the page lies under it. `inner`: its places, if it has several."""

    label: Message
    href: str
    current: bool
    inner: tuple["Shown", ...] = ()


PLACES: list[Place] = []


def nav(
    label: Message,
    href: str,
    *items: Item | Role,
    order: int = 50,
    group: Message | None = None,
    holds: tuple[str, ...] = (),
) -> None:
    """Register a place for these roles (`ANYONE`, `SIGNED_IN` or roles). Entries, and places in them, stand by `order`, then by
    registration. Mark labels with N_()."""
    wanted = tuple(Item(role=item) if isinstance(item, Role) else item for item in items)
    if any(place.href == href and {*place.items} & {*wanted} for place in PLACES):
        raise TypeError(f"two places at {href} for one role")
    PLACES.append(Place(label, href, wanted, order, group, holds))
    PLACES.sort(key=lambda place: place.order)


def _open_to(place: Place, roles: frozenset[Role] | None) -> bool:
    if ANYONE in place.items:
        return True
    if roles is None:
        return False
    return SIGNED_IN in place.items or any(item.role in roles for item in place.items)


def entries(visitor: Visitor | None, path: str) -> list[Shown]:
    """What this visitor sees on the page at this path. Labels are still untranslated."""
    roles = visitor.roles if visitor else None
    places = list({place.href: place for place in PLACES if _open_to(place, roles)}.values())
    here = max(places, key=lambda place: place.reach(path), default=None)
    if here is not None and not here.reach(path):
        here = None
    shown: dict[str, list[Place]] = {}
    for place in places:
        shown.setdefault(place.group or place.href, []).append(place)
    return [_entry(inner, here) for inner in shown.values()]


def _entry(places: list[Place], here: Place | None) -> Shown:
    inner = tuple(Shown(place.label, place.href, place is here) for place in places)
    group = places[0].group
    if group is None or len(inner) == 1:
        return inner[0]
    return Shown(group, inner[0].href, any(place.current for place in inner), inner)
