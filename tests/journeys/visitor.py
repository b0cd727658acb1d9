"""A person at a browser: what they do, and what every page that they see must keep to.

After each step the page is looked at as a whole: axe-core finds nothing, nothing sticks out to the side, the console
is silent, and nothing was asked of another host. With JOURNEY_SHOTS set to a folder each page is photographed.
"""

import functools
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Download,
    FilePayload,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from facility.message import Message
from tests.browser import gives_reason, notices, says
from tests.journeys.judge import AXE, JUDGE, LOOK
from tests.journeys.machinery import PATIENCE, SHOTS, Post, link_in, until

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# Ids, tokens and instants in names and addresses.
_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|/link/[a-z-]+/[\w-]+|[0-9T:.+-]{13,}")
# What is kept from the judge: scripts, and the empty style that a photograph leaves, which the policy forbids.
_SCRIPTS = re.compile(r"<script.*?</script>|<style></style>| style=\"\"", re.DOTALL)
_seen: set[str] = set()
_painted: defaultdict[bool, set[str]] = defaultdict(set)
_photos = itertools.count(1)
_addresses = itertools.count(1)

expect.set_options(timeout=PATIENCE * 1000)


class Visitor:
    """One browser, with cookies of its own. `email` is where this person's mails go."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        post: Post,
        email: str = "",
        *,
        phone: bool = False,
        script: bool = True,
    ) -> None:
        self.url = url
        self.post = post
        self.email = email
        self.phone = phone
        self.faults: list[str] = []
        self.status = 0
        self.clicks = 0
        """How often a link or a button was pressed."""
        self.token = ""
        self.context = self._open(browser, script)
        self.page: Page = self.context.new_page()
        # axe-core is a script: what a browser without scripts shows is put before one that has them.
        self.judge = self.page if script else self._open(browser, script=True).new_page()

    def _open(self, browser: Browser, script: bool) -> BrowserContext:
        # The service counts attempts by address, and trusts a proxy on its own machine to say whose it is.
        number = next(_addresses)
        context = browser.new_context(
            base_url=self.url,
            viewport=PHONE if self.phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=self.phone,
            is_mobile=self.phone,
            java_script_enabled=script,
            locale="en-GB",
            reduced_motion="reduce",
            extra_http_headers={"x-forwarded-for": f"10.0.{number // 250}.{number % 250 + 1}"},
        )
        context.set_default_timeout(PATIENCE * 1000)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        return context

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.faults.append(f"asked {request.url}")
        if "/link/" in request.headers.get("referer", ""):
            self.faults.append(f"told {parts.path} the address of a link")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # That a page was refused is known from its status, which each step says.
        refused = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type in ("error", "warning") and not refused:
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def close(self) -> None:
        """Close the browser; everything that was wrong has been said by then."""
        self.context.close()
        self.judge.context.close()
        assert self.faults == [], "\n".join(self.faults)

    # What people do

    def goto(self, path: str, status: int = 200) -> None:
        """Open a page by its address."""
        self.page.goto(path)
        self.look(status)

    def follow(self, name: str | re.Pattern[str], within: Locator | None = None, status: int = 200) -> None:
        """Click a link by its words (the first that has them)."""
        place = within or self.page.locator("body")
        exact = isinstance(name, str)
        self.step(lambda: place.get_by_role("link", name=name, exact=exact).first.click(), status)

    def press(self, name: str | re.Pattern[str], within: Locator | None = None, status: int = 200) -> None:
        """Press a button that leads to another page, or back to this one with a refusal."""
        place = within or self.page.locator("main")
        self.step(lambda: place.get_by_role("button", name=name).first.click(), status)

    def step(self, deed: Callable[[], Any], status: int = 200) -> None:
        """Do something that leads to another page."""
        self.clicks += 1
        with self.page.expect_navigation(wait_until="load"):
            deed()
        self.look(status)

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        """Type into the field with this label."""
        self._labelled(label, within).fill(value)

    def choose(self, label: str, option: str, within: Locator | None = None) -> None:
        """Choose from a list: the option that begins so."""
        place = self._labelled(label, within)
        full = [text for text in place.locator("option").all_text_contents() if text.startswith(option)]
        assert len(full) == 1, (option, full)
        place.select_option(label=full[0])

    def unfold(self, words: str) -> None:
        """Open what stands folded behind these words."""
        self.page.locator("summary").filter(has_text=words).click()

    def find(self, search: str, name: str) -> None:
        """Type into a form's search, and choose what it finds; without scripts a button asks for it."""
        self.page.locator("[data-find]").press_sequentially(search)
        if self.judge is not self.page:
            self.press("Find")
        self.page.get_by_role("radio", name=name).check()

    def tick(self, label: str, within: Locator | None = None) -> None:
        """Tick a box or a radio button."""
        self._labelled(label, within).check()

    def check(self, name: str, value: str = "yes") -> None:
        """Tick the box or radio button that sends this, where its label is a sentence."""
        self.page.locator(f'main input[name="{name}"][value="{value}"]').check()

    def fill_instant(self, legend: str, day: str, time: str) -> None:
        """A moment in Brussels."""
        group = self.page.get_by_role("group", name=legend)
        self.fill("Day", day, group)
        self.fill("Time in Brussels", time, group)

    def upload(self, label: str, name: str, content: bytes, mime: str = "application/octet-stream") -> None:
        """Choose a file."""
        self._labelled(label, None).set_input_files(FilePayload(name=name, mimeType=mime, buffer=content))

    def _labelled(self, label: str, within: Locator | None) -> Locator:
        place = within or self.page.locator("main")
        return place.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s*\(optional\))?\s*$"))

    @contextmanager
    def download(self) -> Iterator[list[tuple[str, bytes]]]:
        """What the step inside brings: `[(name, content)]`."""
        got: list[tuple[str, bytes]] = []
        with self.page.expect_download() as coming:
            yield got
        file: Download = coming.value
        got.append((file.suggested_filename, Path(file.path()).read_bytes()))

    # What they see

    def sees(self, *words: str) -> None:
        """Each of these stands on the page."""
        for text in words:
            expect(self.page.locator("main")).to_contain_text(text)

    def sees_not(self, *words: str) -> None:
        """None of these stands on the page."""
        for text in words:
            expect(self.page.locator("main")).not_to_contain_text(text)

    def sees_state(self, *states: str) -> None:
        """What the page says of itself by mark: `data-state`."""
        for state in states:
            expect(self.page.locator(f'main [data-state="{state}"]').first).to_be_visible()

    def sees_reason(self, code: str, **values: object) -> None:
        """The page gives this reason, in whatever words."""
        until(f"the reason {code}", lambda: gives_reason(self.page.content(), code, **values))

    def sees_message(self, message: Message, **values: object) -> None:
        """The page says this message, in whatever words, with these values."""
        until(f"the message {message}", lambda: says(self.page.content(), message, **values))

    def sees_notice(self, kind: str = "ok") -> None:
        """A notice of this kind stands on the page: `ok`, `info`, `wait` or `bad`."""
        until(f"a notice {kind}", lambda: kind in notices(self.page.content()))

    def heading(self, text: str) -> None:
        """The page is about this."""
        expect(self.page.locator("h1")).to_contain_text(text)

    def row(self, text: str) -> Locator:
        """The row of a table with these words."""
        return self.page.locator("tr").filter(has_text=text).first

    def post_form(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """POST what no page offers, as somebody would who knows the address: status and page."""
        answer = self.page.request.post(
            path, form={"_csrf_token": self.token, **(fields or {})}, max_redirects=0
        )
        return answer.status, answer.text()

    # Mail

    def open_mail(self, subject: str = "", link: str = "") -> str:
        """Wait for the next mail to this person and open its link; the link."""
        address = link_in(self.post.next(self.email, subject, link))
        self.goto(address)
        return address

    def sign_in(self, by: str = "link") -> None:
        """Through the page and the mail, as everybody does."""
        self.goto("/sign-in")
        self.fill("Mail address", self.email)
        self.press("Send me a link")
        mail = self.post.next(self.email, "sign in")
        if by == "link":
            self.goto(link_in(mail))
            self.press("Sign in")
        else:
            code = re.search(r"\b(\d{3}) ?(\d{3})\b", mail.text)
            assert code, mail.text
            self.fill("Code", code[1] + code[2])
            self.press("Sign in")

    # What every page keeps to

    def look(self, status: int = 200) -> None:
        """Look at the whole page as it stands now."""
        if SHOTS:
            self._photograph()
        assert self.status == status, (
            f"{self.status} {self.page.url}: {self.page.locator('main').inner_text()}"
        )
        report = self.page.evaluate(LOOK)
        self.token = report["token"] or self.token
        wrong = [f"sticks out by {report['sideways']} px"] if report["sideways"] > 0 else []
        build = f"{self.phone} {_VARYING.sub('', report['build'])}"
        if build not in _seen:
            known = _painted[self.phone]
            wrong += self._judge([path for path in report["painted"] if path not in known])
            _seen.add(build)
            known.update(report["painted"])
        assert [*wrong, *self.faults] == [], "\n".join([self.page.url, *wrong, *self.faults])

    def _judge(self, fresh: list[str]) -> list[str]:
        """What axe-core finds wrong with the page, and with the colours of words that stand in one of these places."""
        if self.judge is not self.page:
            if self.judge.url == "about:blank":
                self.judge.goto("/help")
            self.judge.set_content(_SCRIPTS.sub("", self.page.content()), wait_until="load")
        violations = self._ask_axe(fresh)
        if violations is None:
            self.judge.evaluate("axe => { sessionStorage.axe = axe; }", AXE)
            violations = self._ask_axe(fresh)
        assert violations is not None
        return violations

    @functools.cached_property
    def _protocol(self) -> CDPSession:
        return self.judge.context.new_cdp_session(self.judge)

    def _ask_axe(self, fresh: list[str]) -> list[str] | None:
        """By the browser's own protocol, which evaluates what the page's policy would not let it evaluate."""
        given = json.dumps({"fresh": fresh, "first": not _painted[self.phone]})
        answer = self._protocol.send(
            "Runtime.evaluate",
            {"expression": f"({JUDGE})({given})", "awaitPromise": True, "returnByValue": True},
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        violations: list[str] | None = answer["result"].get("value")
        return violations

    def _photograph(self) -> None:
        name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", urlsplit(self.page.url).path)
        name = re.sub(r"/link/([^/]+)/.*", r"/link/\1", name).strip("/").replace("/", "_") or "front"
        who = self.email.partition("@")[0] or "anyone"
        shape = "phone" if self.phone else "desktop"
        path = Path(str(SHOTS)) / f"{next(_photos):03}-{shape}-{who}-{name}-{self.status}.png"
        self.page.screenshot(path=path, full_page=True)
