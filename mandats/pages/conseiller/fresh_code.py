"""A second factor given at the very act: signing and revoking ask for it each time (DOMAIN §4)."""

from datetime import datetime
from typing import cast

from django import forms
from django.http import HttpRequest

from aidants.comptes.models import Compte
from aidants.comptes.second_factor import mark_verified, verify_code
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied


def fresh_code_given(request: HttpRequest, form: forms.Form, acteur: Acteur, now: datetime) -> bool:
    """Check the code of a valid form; write the refusal under its field when it is wrong."""
    compte = cast("Compte", request.user)
    verdict = verify_code(compte, form.cleaned_data["code"], now, acteur)
    if isinstance(verdict, Denied):
        form.add_error("code", verdict.reason.message)
        return False
    mark_verified(request.session, compte, now)
    return True
