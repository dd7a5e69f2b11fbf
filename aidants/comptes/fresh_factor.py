"""The second factor given at the very act: signing, revoking, changing a factor ask for it each time (DOMAIN §4)."""

from datetime import datetime
from typing import cast

from django import forms
from django.http import HttpRequest

from aidants.comptes.models import Compte
from aidants.comptes.second_factor import mark_verified
from aidants.comptes.sign_in import give_factor
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied


def fresh_factor_given(request: HttpRequest, form: forms.Form, acteur: Acteur, now: datetime) -> bool:
    """Check the passkey's answer or the code of a valid form; write the refusal in the form when it is wrong."""
    compte, code = cast("Compte", request.user), form.cleaned_data.get("code", "")
    passkey = form.cleaned_data.get("passkey", "")
    verdict = give_factor(request, compte, code=code, passkey=passkey, now=now, acteur=acteur)
    if isinstance(verdict, Denied):
        form.add_error(None if passkey else "code", verdict.reason.message)
        return False
    mark_verified(request.session, verdict, now)
    return True
