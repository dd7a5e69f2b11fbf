"""An aidant at their desk, by HTTP alone: signs in, chooses, and hands over the address that the browser leaves for.

Reads the pages as a browser would: forms, hidden fields, the page that leaves by itself.  Runs no script.
"""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

from aidants.comptes.models import Compte
from tests import builders

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_REFRESH = re.compile(r'http-equiv="refresh" content="0;url=([^"]+)"')


class DeskBrowser:
    """One browser of one aidant."""

    def __init__(self, aidant: Compte, issuer: str) -> None:
        """Open an empty browser."""
        self.aidant, self.issuer = aidant, issuer
        self.session = requests.Session()
        self.session.trust_env = False

    def open(self, url: str) -> requests.Response:
        """Follow redirects within the service; stop at the first address of another site."""
        answer = self.session.get(url, allow_redirects=False, timeout=20)
        while answer.is_redirect and self._is_ours(target := urljoin(answer.url, answer.headers["Location"])):
            answer = self.session.get(target, allow_redirects=False, timeout=20)
        return answer

    def _is_ours(self, url: str) -> bool:
        return urlsplit(url).netloc == urlsplit(self.issuer).netloc

    def _submit(self, page: requests.Response, fields: dict[str, str], to: str = "") -> requests.Response:
        hidden = {unescape(name): unescape(value) for name, value in _HIDDEN.findall(page.text)}
        headers, target = {"Referer": page.url}, urljoin(page.url, to)
        answer = self.session.post(target, hidden | fields, headers=headers, allow_redirects=False, timeout=20)
        return self.open(urljoin(page.url, answer.headers["Location"])) if answer.is_redirect else answer

    def sign_in(self, page: requests.Response) -> requests.Response:
        """Fill the sign-in page."""
        code = builders.totp_code(self.aidant)
        return self._submit(page, {"email": self.aidant.email, "password": builders.PASSWORD, "code": code})

    def go_through(self, url: str, autorisation: str) -> str:
        """Answer a request: sign in if asked, choose, and return where the browser leaves for."""
        page = self.open(url)
        if urlsplit(page.url).path == "/connexion":
            page = self.sign_in(page)
        if page.is_redirect:
            return str(page.headers["Location"])
        answer = self._submit(page, {"autorisation": autorisation})
        return self._left(answer)

    def choose(self, url: str, autorisation: str) -> requests.Response:
        """Answer a request; return the page that leaves by itself, as it is."""
        page = self.open(url)
        if urlsplit(page.url).path == "/connexion":
            page = self.sign_in(page)
        return self._submit(page, {"autorisation": autorisation})

    def _left(self, answer: requests.Response) -> str:
        found = _REFRESH.search(answer.text)
        assert found, f"{answer.status_code} {answer.url}\n{answer.text}"
        return unescape(found[1])

    def decline(self, url: str) -> str:
        """Take the way back to the site."""
        page = self.open(url)
        if urlsplit(page.url).path == "/connexion":
            page = self.sign_in(page)
        found = re.search(r'<form method="post" action="([^"]+/retour)">', page.text)
        assert found, page.text
        return self._left(self._submit(page, {}, to=found[1]))
