"""How a use was made, in the words that people read."""

DECLARED_CHANNELS = {"telephone": "par téléphone", "courrier": "par courrier", "guichet": "au guichet"}
CHANNELS = {"bridge": "en se connectant à un site", **DECLARED_CHANNELS}

MANNERS = {"avec": "avec la personne", "place": "à sa place"}
"""*Faire avec* or *à la place* (DOMAIN §5, activity)."""

MANNERS_TO_USAGER = {"avec": "avec vous ", "place": "à votre place ", "": ""}


def sentence(text: str) -> str:
    """Return ``text`` with one final mark: what was typed may have its own, or stop at a comma."""
    text = text.rstrip(" ,;:")
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
