"""A usager's own telephone: what it received, and what is answered from it, on the page of the simulated provider."""

from aidants.envois.gatewayapi import plain
from deploy.demo.operateur.app import shown
from deploy.demo.sites import Sites
from tests.browser.visitor import Visitor

_PATIENCE = 100


class Telephone:
    """One number; messages take a second or two to come."""

    def __init__(self, visitor: Visitor, sites: Sites, number: str) -> None:
        self.visitor = visitor
        self.sites = sites
        self.number = shown(int(number))

    def receives(self, words: str) -> str:
        """Wait for a message of this telephone that says so, in the letters of a text message; return all of it."""
        lines = self.visitor.page.get_by_role("region", name=self.number).locator("li.theirs", has_text=plain(words))
        for _ in range(_PATIENCE):
            self.visitor.open(self.sites.operateur)
            if lines.count():
                return lines.last.inner_text()
            self.visitor.page.wait_for_timeout(300)
        raise AssertionError(f"no message « {words} » on the {self.number}")

    def answers(self, words: str) -> None:
        """Send a message to the service."""
        self.visitor.open(self.sites.operateur)
        self.visitor.see("Téléphones de démonstration")
        self.visitor.write(f"Répondre depuis le {self.number}", words)
        self.visitor.press(f"Envoyer la réponse du {self.number}")
        self.visitor.page.get_by_role("region", name=self.number).locator("li.mine", has_text=words).first.wait_for()
