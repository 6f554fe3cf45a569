"""Real Chromium against the real server: people with a page each, who notice what a careful person would notice.

Every page is watched: no console errors, no requests to other hosts. ``Person.inspect`` runs axe-core and looks for overflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from .databases import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 45_000
WIDE, NARROW = 1280, 320
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for the whole test run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],  # people have it: "back" shows what they typed
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Person:
    """Somebody at a browser window of their own."""

    browser: Browser
    address: str
    javascript: bool = True
    width: int = WIDE
    problems: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.context: BrowserContext = self.browser.new_context(
            base_url=self.address, locale="de-DE", java_script_enabled=self.javascript, reduced_motion="reduce",
            viewport={"width": self.width, "height": 900}, accept_downloads=True,
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        self.context.on("request", self._asked)

    def expect(self, *words: str) -> None:
        """Console messages with these words belong to what is tested (a refused request shows there)."""
        self.expected += words

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in self.expected):
            self.problems.append(f"console at {self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"request to another host: {request.url}")

    def close(self) -> list[str]:
        self.context.close()
        return self.problems

    def open(self, path: str) -> Page:
        answer = self.page.goto(path)
        assert answer is not None and answer.status < 400, f"{path}: {answer and answer.status}"
        return self.page

    def sign_in(self, email: str) -> None:
        self.open("/login")
        self.page.get_by_label("E-Mail-Adresse").fill(email)
        self.page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Anmelden").click()
        self.page.wait_for_url(lambda url: "/login" not in url)

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def press(self, name: str) -> None:
        """A button or link with this name, wherever it leads; waits for the page that follows."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).last.click()
        self.page.wait_for_load_state()

    def inspect(self) -> list[str]:
        """What is wrong with the page as it stands: axe findings, and content wider than the window."""
        return [*self.axe(), *self.overflow()]

    def axe(self, *, only: str | None = None) -> list[str]:
        """Findings of axe-core, one line each; ``only`` limits it to one rule."""
        if self.page.evaluate("typeof window.axe") != "object":
            self.page.evaluate(AXE.read_text("utf-8"))
        run = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
        found: list[dict[str, Any]] = self.page.evaluate(
            """async run => {
                for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
                await Promise.all(document.getAnimations().map(one => one.finished.catch(() => null)));
                return (await axe.run(document, {runOnly: run, resultTypes: ['violations']})).violations;
            }""",
            run,
        )
        return [
            f"{self.where()} {one['id']}: {node['html'][:140]} ({'; '.join(check['message'] for check in node['any'])[:200]})"
            for one in found
            for node in one["nodes"][:3]
        ]

    def overflow(self) -> list[str]:
        """Elements that stick out to the right when the page can be scrolled sideways."""
        out: list[str] = self.page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= room) return [];
                return [...document.querySelectorAll('body *')]
                    .filter(e => e.getBoundingClientRect().right > room + 1 && getComputedStyle(e).position !== 'fixed')
                    .slice(0, 3).map(e => e.outerHTML.slice(0, 120)).concat([`${document.documentElement.scrollWidth} px`]);
            }"""
        )
        return [f"{self.where()} wider than {self.width} px: {one}" for one in out]

    def where(self) -> str:
        return self.page.url.removeprefix(self.address)

    # --- with the keyboard alone -----------------------------------------------------------------------------------

    def tab_to(self, selector: str, most: int = 150) -> None:
        """Presses Tab until the focus is there; it has to be visible on the way's end."""
        for _ in range(most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                assert self.page.evaluate("document.activeElement.matches(':focus-visible')"), selector
                assert self.page.evaluate(FOCUS_SHOWS), f"the focus on {selector} cannot be seen"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with the Tab key")


FOCUS_SHOWS = """() => {
    for (let e = document.activeElement, level = 0; e && level < 3; e = e.parentElement, level++) {
        for (const one of [getComputedStyle(e), getComputedStyle(e, '::before'), getComputedStyle(e, '::after')]) {
            if ((one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== 'none') return true;
        }
    }
    return [...document.activeElement.labels || []].some(label =>
        ['', '::before', '::after'].some(part => {
            const one = getComputedStyle(label, part || null);
            return (one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== 'none';
        }));
}"""
