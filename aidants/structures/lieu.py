"""Which commune, as people type it: its postal code and its name; nobody is asked for an INSEE code.

Part of the forms that ask where something is.  Owns no rule: the table is ``aidants/domain/territoires``.
"""

from typing import Any

from django import forms

from aidants.comptes.forms import one_line
from aidants.domain.territoires.communes import Commune, communes_of, find_commune


class WithCommune(forms.Form):
    """A form that asks for a postal code and a commune; ``commune`` is what they name together.

    A postal code of one commune is enough.  When the name typed is none of the code's, the field becomes the list of
    those that it serves: the search is the server's, and needs no script.
    """

    postcode = forms.CharField(
        label="Code postal",
        max_length=5,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
        error_messages={"required": "Saisissez le code postal."},
    )
    city = forms.CharField(label="Commune", max_length=256, required=False, validators=[one_line])

    commune: Commune | None = None
    commune_may_wait = False
    """Whether a dossier in preparation may leave both for later."""

    def clean(self) -> dict[str, Any]:
        """Find the commune; when it is not there, offer those that the postal code serves."""
        given = super().clean() or self.cleaned_data
        if "postcode" in given and "city" in given:
            self._find(given)
        return given

    def _find(self, given: dict[str, Any]) -> None:
        postcode, typed = str(given["postcode"]).strip(), str(given["city"]).strip()
        served = communes_of(postcode)
        self.commune = find_commune(postcode, typed) or (served[0] if len(served) == 1 and not typed else None)
        if self.commune is not None:
            given["city"] = self.commune.name
        elif not (self.commune_may_wait and not (postcode and typed)):
            self._offer(postcode, typed, served)

    def _offer(self, postcode: str, typed: str, served: list[Commune]) -> None:
        if not served:
            self.add_error("postcode", "Aucune commune n’a ce code postal. Donnez celui de la commune, sans « Cedex ».")
            return
        names = [(one.name, one.name) for one in served]
        self.fields["city"].widget = forms.Select(choices=[("", "Choisir"), *names])
        known = f"« {typed} » n’a pas le code postal {postcode}. " if typed else ""
        self.add_error("city", f"{known}Choisissez la commune dans la liste.")
