"""Telephone numbers in one form: E.164 (ITU-T), read as French where no country is given; which receive messages."""

import phonenumbers
from phonenumbers import PhoneNumberType

_OVERSEAS = ("RE", "GP", "MQ", "GF")
"""Departments whose ten digits are dialled as in the métropole and whose E.164 bears a country code of its own.

Mayotte's mobiles (0639) are left out: that range holds the numbers kept for fiction too, and +33 reaches neither.
"""
_VOICE_ONLY = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.VOIP,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_FRANCE = 33


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
    return phonenumbers.format_number(_overseas(number), phonenumbers.PhoneNumberFormat.E164)


def as_dialled(e164: str) -> str:
    """Return a number as people of its country read and dial it: ``06 12 34 56 78``."""
    number = phonenumbers.parse(e164)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def _overseas(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    """Give a number of an overseas department the country code that reaches it."""
    if number.country_code != _FRANCE or phonenumbers.is_valid_number(number):
        return number
    dialled = f"0{number.national_number}"
    tried = (phonenumbers.parse(dialled, region) for region in _OVERSEAS)
    return next((one for one in tried if phonenumbers.is_valid_number(one)), number)


def in_french(e164: str) -> str:
    """Return a number as people here write it: « 04 92 00 11 77 », or with its country in front; empty for none.

    What is no number is returned as it was typed: dossiers once kept it so.
    """
    try:
        number = phonenumbers.parse(e164, "FR")
    except phonenumbers.NumberParseException:
        return e164
    home = number.country_code == _FRANCE
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def receives_sms(e164: str) -> bool:
    """Tell whether a number takes text messages: a landline never does, and nothing is sent to one.

    In France mobiles begin with 06 or 07 (ARCEP, plan de numérotation); elsewhere the library knows.
    """
    if not e164:
        return False
    number = phonenumbers.parse(e164)
    if number.country_code == _FRANCE:
        return str(number.national_number)[0] in "67"
    return phonenumbers.number_type(number) not in _VOICE_ONLY
