"""Everybody comes in: staff by invitation, officers by registering, each through the link in a mail."""

from playwright.sync_api import Browser

from tests.journeys.machinery import Post, Service
from tests.journeys.visitor import Visitor

DOMAIN = "facility.example"
INVITED = {
    "ada": ("root", "Ada Berisha", "Secretariat"),
    "vera": ("root", "Vera Novak", "Secretariat"),
    "paul": ("root", "Paul Weber", "Authorising officer"),
    "greta": ("root", "Greta Lind", "Auditor"),
    "carl": ("ada", "Carl Jansen", "European Commission"),
    "elena": ("ada", "Elena Rossi", "Assessor"),
    "erik": ("ada", "Erik Dahl", "Assessor"),
}
"""Key: who invites, name, role."""

REGISTERED = {
    "omar": ("Omar Hoxha", "Albanian State Police", "Police", "Albania"),
    "arta": ("Arta Krasniqi", "Kosovo* Police", "Police", "Kosovo"),
    "milena": ("Milena Vuković", "Supreme State Prosecutor’s Office", "Prosecution service", "Montenegro"),
}
"""Key: name, institution, its kind, its beneficiary."""


def address(key: str) -> str:
    """The mail address of somebody of the cast."""
    return f"{key}@{DOMAIN}"


class Company:
    """The cast, each signed in at a browser of their own from the first time that they are named."""

    def __init__(self, chromium: Browser, service: Service, post: Post) -> None:
        self._chromium = chromium
        self._service = service
        self._post = post
        self._people: dict[str, Visitor] = {}

    def __getitem__(self, key: str) -> Visitor:
        if key not in self._people:
            guest = Visitor(self._chromium, self._service.url, self._post, address(key))
            self._people[key] = guest
            if key in INVITED:
                host, name, role = INVITED[key]
                invite(self[host], guest, name, role)
            elif key in REGISTERED:
                register(guest, self["ada"], *REGISTERED[key])
            else:
                guest.sign_in()
        return self._people[key]

    def leave(self) -> None:
        """Close every browser; what was wrong on a page has been said by then."""
        for visitor in self._people.values():
            visitor.close()


def invite(host: Visitor, guest: Visitor, name: str, role: str) -> None:
    """The host invites, the guest opens the mail and is signed in."""
    host.goto("/people/invite")
    host.fill("Name", name)
    host.fill("Mail address", guest.email)
    host.tick(role)
    host.press("Invite")
    host.sees_notice()
    host.heading(name)
    guest.open_mail()
    guest.press("Sign in")
    assert name in (guest.page.locator(".account-name").text_content() or "")


def register(
    officer: Visitor, secretary: Visitor, name: str, institution: str, kind: str, place: str
) -> None:
    """An officer of an institution that nobody knows yet registers, and the secretariat approves both."""
    officer.goto("/register")
    officer.fill("Mail address at your institution", officer.email)
    officer.press("Send me the link")
    officer.open_mail()
    officer.fill("Your name", name)
    officer.unfold("It is not on the list")
    officer.fill("Name of the institution", institution)
    officer.choose("Kind", kind)
    officer.choose("Beneficiary", place)
    officer.press("Register")
    officer.heading("You are registered")
    secretary.goto("/people?status=pending")
    secretary.follow(name)
    secretary.press("Approve")
    secretary.sees_notice()
    secretary.heading("Active")
    officer.open_mail()
    officer.press("Sign in")
    assert institution in (officer.page.locator(".account-name").text_content() or "")
