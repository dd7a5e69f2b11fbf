"""A second factor given at the very act: signing and revoking ask for it each time (DOMAIN §4)."""

from datetime import datetime

from django import forms
from django.http import HttpRequest

from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur


def fresh_code_given(request: HttpRequest, form: forms.Form, acteur: Acteur, now: datetime) -> bool:
    """Check the passkey's answer or the code of a valid form; write the refusal in the form when it is wrong."""
    return fresh_factor_given(request, form, acteur, now)
