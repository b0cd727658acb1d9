"""The main navigation: seven entries at most, and every page lies under one that its reader sees."""

from uuid import uuid4

from litestar import Litestar

from facility.web.access import Role, Visitor
from facility.web.navigation import entries
from tests.hostile.forms import gets

OUTSIDE = (
    "help",
    "privacy",
    "accessibility",
    "health",
    "static",
    "link",
    "sign-in",
    "register",
    "registered",
    "demo",
    "me",
    "letters",
)
"""What belongs to no place: about the service itself, about one's account, behind a link, and letters on paper."""


def _somebody(*roles: Role) -> Visitor:
    return Visitor(uuid4(), "Ada", "AB", frozenset(roles), None, None, None, uuid4())


def test_at_most_seven_entries() -> None:
    most = {role: len(entries(_somebody(role), "/nowhere")) for role in Role}
    assert max(most.values()) <= 7, most
    assert [str(entry.label) for entry in entries(_somebody(Role.SECRETARIAT), "/")] == [
        "Work",
        "Calls",
        "Applications",
        "Delivery",
        "Experts",
        "Money",
        "More",
    ]
    assert [str(entry.label) for entry in entries(None, "/")] == ["Calls"]


def test_who_may_open_one_place_of_several_sees_it_by_its_own_name() -> None:
    menu = entries(_somebody(Role.OFFICER), "/activities")
    assert [(str(entry.label), entry.inner, entry.current) for entry in menu] == [
        ("Work", (), False),
        ("Calls", (), False),
        ("My applications", (), False),
        ("Activities", (), True),
    ]


def test_every_page_lies_under_an_entry_that_its_reader_sees(standing_app: Litestar) -> None:
    lost = set()
    for route, handler in gets(standing_app):
        segment = route.path_format.split("/")[1]
        for role in {item.role for item in handler.opt["allow"].items if item.role} - {None}:
            menu = entries(_somebody(role), route.path_format)
            marked = [place for entry in menu for place in entry.inner or (entry,) if place.current]
            assert len(marked) <= 1
            if segment not in OUTSIDE and not marked:
                lost.add((str(role), route.path_format))
    assert lost == set()
