"""What follows in the scheme: the report that a use proposes, a call of the national line, a kit, the figures.

Each act ends on the page that follows, seen and inspected.
"""

from tests.browser.visitor import Visitor


def reports_the_use(at: Visitor) -> None:
    """Send, from the mandat's record, the report that the use proposes ready-filled: one touch."""
    at.follow("Compte rendu de la ligne")
    at.see("Compte rendu de cette utilisation")
    for label in ("Autonomie dans les démarches", "Santé et logement"):
        assert at.page.get_by_label(label, exact=True).is_checked(), label
    at.press("Enregistrer")
    at.hear("Le compte rendu est enregistré")


def queues_a_call(at: Visitor, service: str) -> None:
    """Put a call in its department's queue, as the reception."""
    at.open(f"{service}/appels-solidarite/nouveau")
    at.see("Appel « solidarité numérique »")
    at.choose("Département", "04 Alpes-de-Haute-Provence")
    at.choose("Sur quoi", "Démarches administratives")
    at.write("Numéro à rappeler", "04 99")
    at.press("Mettre dans la file")
    at.read("Ce numéro n’existe pas")
    at.see("Appel « solidarité numérique »")
    at.write("Numéro à rappeler", "04 99 99 00 42")
    at.press("Mettre dans la file")
    at.hear("L’appel attend un conseiller")
    at.see("Appel « solidarité numérique »")


def answers_the_call(at: Visitor, service: str) -> None:
    """Take the call, call back, end it, and send its report: the channel is touched already."""
    at.open(f"{service}/appels-solidarite")
    at.see("Appels « solidarité numérique »")
    at.press("Prendre")
    at.hear("Cet appel est à vous")
    at.see("Appels « solidarité numérique »")
    at.press("J’ai rappelé")
    at.hear("C’est noté")
    at.see("Appels « solidarité numérique »")
    at.choose("Issue", "Aidée")
    at.press("Terminer")
    at.hear("son numéro est oublié")
    at.see("Compte rendu")
    at.press("Enregistrer")
    at.read("Choisissez au moins un thème")
    at.see("Compte rendu")
    assert at.page.get_by_label("Ligne « solidarité numérique »").is_checked()
    at.tick("Démarches administratives")
    at.press("Enregistrer")
    at.hear("C’est enregistré")
    at.see("Compte rendu")


def orders_a_kit(at: Visitor, service: str) -> None:
    """Order an inclusion kit, as the structure's referent; an empty order is refused."""
    at.open(f"{service}/kits")
    at.see("Kits d’inclusion")
    at.read("Aucune commande")
    at.press("Commander")
    at.see("Kits d’inclusion")
    at.write("Ordinateur portable", "2")
    at.press("Commander")
    at.hear("La commande est partie")
    at.see("Kits d’inclusion")


def sends_the_kit(at: Visitor, service: str, name: str) -> None:
    """Say that the order left, as the ANCT."""
    at.open(f"{service}/kits/envois")
    at.see("Kits à envoyer")
    line = at.page.locator("li", has_text=name)
    at.actor.write(line.get_by_label("Numéro de suivi"), "6A123")
    at.actor.press(line.get_by_role("button", name="Envoyée"))
    at.hear("C’est noté")
    at.see("Kits à envoyer")


def receives_the_kit(at: Visitor, service: str) -> None:
    """Say that it came, as the referent."""
    at.open(f"{service}/kits")
    at.see("Kits d’inclusion")
    at.press("Reçue")
    at.hear("C’est noté")
    at.see("Kits d’inclusion")
    at.read("Reçue")


def reads_figures(at: Visitor, service: str) -> None:
    """Find one's two reports in one's own figures."""
    at.open(f"{service}/activite/chiffres")
    at.see("Mon activité")
    at.read("Démarches administratives")
