"""Telephone numbers in one form: E.164 (ITU-T), read as French where no country is given."""

import phonenumbers


class BadTelephone(ValueError):
    """What was typed is no telephone number."""


def to_e164(text: str, region: str = "FR") -> str:
    """Return ``text`` as ``+33612345678``.  Raises :class:`BadTelephone`."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadTelephone(text) from error
    if not phonenumbers.is_possible_number(number):
        raise BadTelephone(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
