"""A client that checks every page it gets: status, one h1, title, unique ids, labels, no inline script or style, forms."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from .databases import PASSWORD
from .pages import problems_of


class CheckingClient:
    """``get``, ``post`` and ``submit`` give a parsed page; the expected status is an argument, 200 unless told."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.response: TestResponse | None = None

    def sign_in(self, email: str, password: str = PASSWORD) -> BeautifulSoup:
        """Signs in through the page, as a person does."""
        page = self.get("/login")
        return self.submit(page, "form[action*='login']", {"email": email, "password": password}, status=303)

    def get(self, path: str, status: int = 200, htmx: bool = False, **options: Any) -> BeautifulSoup:
        return self._answer(self.http.get(path, headers=_headers(htmx), **options), status, htmx)

    def post(self, path: str, data: Any = None, status: int = 303, htmx: bool = False, **options: Any) -> BeautifulSoup:
        """Posts without a page before it; the CSRF token is taken from a page of this client when none is given."""
        values = dict(data or {})
        values.setdefault("csrf_token", self.csrf_token())
        return self._answer(self.http.post(path, data=values, headers=_headers(htmx), **options), status, htmx)

    def submit(
        self,
        page: BeautifulSoup,
        selector: str = "main form",
        data: dict[str, Any] | None = None,
        status: int = 303,
        button: str | None = None,
        htmx: bool = False,
    ) -> BeautifulSoup:
        """Fills in the form as a browser would: its present values, changed by ``data``, and the pressed ``button``."""
        form = page.select_one(selector)
        assert form is not None, f"no form {selector!r}"
        values = form_values(form) | (data or {})
        if button is not None:
            pressed = form.select_one(button)
            assert pressed is not None, f"no button {button!r}"
            if pressed.get("name"):
                values[str(pressed["name"])] = str(pressed.get("value", ""))
            form = pressed if pressed.get("formaction") else form
        action = str(form.get("formaction") or form.get("action") or self._path())
        method = str(form.get("method", "post")).lower()
        send = self.http.get if method == "get" else self.http.post
        options = {"query_string": values} if method == "get" else {"data": values}
        return self._answer(send(action, headers=_headers(htmx), **options), status, htmx)  # type: ignore[operator]

    def follow(self, status: int = 200) -> BeautifulSoup:
        """Opens the page that the last answer pointed to."""
        assert self.response is not None
        return self.get(self.response.headers["Location"], status)

    def csrf_token(self) -> str:
        soup = BeautifulSoup(self.http.get("/login").get_data(as_text=True), "html5lib")
        found = soup.select_one("input[name=csrf_token]") or soup.select_one("meta[name=csrf-token]")
        return str(found.get("value") or found.get("content")) if found else ""

    def _path(self) -> str:
        assert self.response is not None
        return self.response.request.full_path.rstrip("?")

    def _answer(self, response: TestResponse, status: int, htmx: bool) -> BeautifulSoup:
        self.response = response
        text = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""
        assert response.status_code == status, f"{response.request.path}: {response.status_code}\n{text[:3000]}"
        soup = BeautifulSoup(text, "html5lib")
        if response.mimetype == "text/html" and status != 303:
            problems = problems_of(text, soup, whole=not htmx)
            assert not problems, f"{response.request.path}: {problems}"
        return soup


def form_values(form: Tag) -> dict[str, Any]:
    """What a browser would send for the form as it stands."""
    values: dict[str, Any] = {}
    for control in form.select("input[name], textarea[name], select[name]"):
        name = str(control["name"])
        kind = str(control.get("type", "text"))
        if control.has_attr("disabled") or kind in ("submit", "button", "file", "image"):
            continue
        if control.name == "select":
            chosen = [str(o.get("value", o.text)) for o in control.select("option[selected]")]
            if not chosen and not control.has_attr("multiple") and (first := control.select_one("option")):
                chosen = [str(first.get("value", first.text))]
            entered: list[str] = chosen
        elif kind in ("checkbox", "radio"):
            entered = [str(control.get("value", "on"))] if control.has_attr("checked") else []
        else:
            entered = [control.text.removeprefix("\n") if control.name == "textarea" else str(control.get("value", ""))]
        for one in entered:
            values.setdefault(name, []).append(one)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _headers(htmx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if htmx else {}
