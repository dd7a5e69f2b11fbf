"""A browser without script: follows addresses, fills forms, keeps cookies.

Reads only what a page says (its forms, its links, its refresh); knows no address of the service by heart.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


@dataclass
class Button:
    """What can be pressed or followed: where it leads or what it sends, and its words."""

    name: str
    value: str
    words: str = ""


@dataclass
class Form:
    """One form as it stands on the page."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class _Page(HTMLParser):
    """Collects the forms, the links, the words and the refresh of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[Button] = []
        self.refresh = ""
        self.words = ""
        self._open: list[Button] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").casefold()))
        elif tag == "meta" and given.get("http-equiv") == "refresh":
            self.refresh = given["content"].partition("url=")[2]
        elif tag == "input" and self.forms and given.get("name"):
            self._keep_input(given)
        elif tag == "select" and self.forms and given.get("name"):
            self.forms[-1].names.add(given["name"])
        elif tag == "a":
            self._begin(self.links, Button("", given.get("href", "")))
        elif tag == "button" and self.forms:
            self._begin(self.forms[-1].buttons, Button(given.get("name", ""), given.get("value", "")))

    def _begin(self, among: list[Button], button: Button) -> None:
        among.append(button)
        self._open = [button]

    def _keep_input(self, given: dict[str, str]) -> None:
        self.forms[-1].names.add(given["name"])
        if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
            self.forms[-1].fields.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"a", "button"}:
            self._open = []

    def handle_data(self, data: str) -> None:
        self.words += data
        for button in self._open:
            button.words += data


def _said(text: str) -> str:
    return " ".join(text.split())


class Walker:
    """Somebody whose browser runs no script."""

    def __init__(self) -> None:
        self.http = requests.Session()
        self.http.trust_env = False
        self.answer = requests.Response()

    @property
    def words(self) -> str:
        """What the page says, on one line."""
        return _said(_Page(self.answer.text).words)

    def open(self, address: str) -> None:
        """Type an address; follow what leaves by itself."""
        self._arrive(self.http.get(address, timeout=20))

    def _arrive(self, answer: requests.Response) -> None:
        self.answer = answer
        if "html" in answer.headers["Content-Type"] and (onwards := _Page(answer.text).refresh):
            self.open(urljoin(answer.url, onwards))

    def follow(self, text: str) -> None:
        """Follow the first link that says so."""
        found = next((link for link in _Page(self.answer.text).links if text in _said(link.words)), None)
        assert found is not None, f"no link {text!r} on {self.answer.url}: {self.words}"
        self.open(urljoin(self.answer.url, found.value))

    def press(self, text: str, **typed: str | list[str]) -> None:
        """Fill the form that has these fields and the button of these words, and press it."""
        for form in _Page(self.answer.text).forms:
            for button in form.buttons:
                if _said(button.words).startswith(text) and form.names >= typed.keys():
                    own = {button.name: [button.value]} if button.name else {}
                    self._send(form, {**form.fields, **own, **typed})
                    return
        raise AssertionError(f"no button {text!r} on {self.answer.url}: {self.words}")

    def _send(self, form: Form, fields: dict[str, str | list[str]]) -> None:
        target = urljoin(self.answer.url, form.action) if form.action else self.answer.url
        headers = {"Referer": self.answer.url}
        if form.method == "post":
            self._arrive(self.http.post(target, data=fields, headers=headers, timeout=20))
        else:
            self._arrive(self.http.get(target, params=fields, headers=headers, timeout=20))
