"""The SIRET, kept as text: 14 digits, Luhn-checked, with La Poste's exception."""

_LA_POSTE_SIREN = "356000000"


def is_siret(text: str) -> bool:
    """Tell whether ``text`` is a well-formed SIRET.

    Every SIRET satisfies the Luhn sum, except La Poste's establishments, whose
    digits add up to a multiple of five (INSEE's rule for SIREN 356 000 000).
    """
    if len(text) != 14 or not text.isascii() or not text.isdigit():
        return False
    if text.startswith(_LA_POSTE_SIREN) and sum(map(int, text)) % 5 == 0:
        return True
    total = 0
    for rank, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + rank % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
