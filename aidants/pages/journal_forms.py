"""What is typed to search the journal.  Well-formedness, and names turned into references."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import Q

from aidants.comptes.models import Compte
from aidants.domain.acteur import Kind
from aidants.domain.events import CATALOGUE
from aidants.envois.adresse import AdresseField
from aidants.journal.names import UNNAMED
from aidants.journal.search import Criteria, subjects_of_reference
from aidants.structures.models import Structure

FAMILIES = {
    "acces": "Pages",
    "accueil": "Accueil téléphonique",
    "alerte": "Alertes",
    "appel": "Codes d’appel",
    "archive": "Archive",
    "autorisation": "Autorisations",
    "avis": "Courriers",
    "brouillon": "Brouillons",
    "carte": "Cartes",
    "certification": "Certifications",
    "cle": "Clés",
    "client": "Sites",
    "code": "Codes de l’usager",
    "compte": "Comptes",
    "connexion": "Connexions à un site",
    "consentement": "Consentement",
    "contact": "Contacts de l’usager",
    "document": "Documents",
    "dossier": "Dossiers d’habilitation",
    "droits": "Droits des personnes",
    "evenement": "Annonces aux administrations",
    "formation": "Formations",
    "franceconnect": "FranceConnect",
    "fuite": "Fuites",
    "habilitation": "Habilitations",
    "horodatage": "Horodatage",
    "identite": "Identité",
    "invitation": "Invitations",
    "journal": "Journal",
    "mandat": "Mandats",
    "message": "Messages",
    "proconnect": "ProConnect",
    "recuperation": "Récupération d’accès",
    "releve": "Relevés",
    "role": "Rôles",
    "sceau": "Sceau",
    "sms": "SMS",
    "structure": "Structures",
    "usager": "Espace de l’usager",
    "utilisation": "Utilisations",
    "verification": "Vérifications",
    "volet": "Volet de l’usager",
}
"""How the rooms of the events are called on the screen; a room without a name here shows its own."""

_MOST_STRUCTURES = 50
_DAY = {"type": "date"}


def event_choices() -> list[tuple[str, Any]]:
    """Return every event of the catalogue, by family."""
    families: dict[str, list[tuple[str, str]]] = {}
    for code, event in CATALOGUE.items():
        room = code.partition(":")[0]
        families.setdefault(FAMILIES.get(room, room.capitalize()), []).append((code, event.label))
    grouped = [(name, sorted(members, key=lambda one: one[1])) for name, members in sorted(families.items())]
    return [("", "Tous les actes"), *grouped]


class JournalForm(forms.Form):
    """Who, what, when, structure, reference: every field may stay empty."""

    reference = forms.CharField(
        label="Référence d’un mandat",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = AdresseField(
        label="Compte de la personne qui agit",
        help_text="Son adresse électronique",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Saisissez une adresse électronique entière, par exemple nom@structure.fr."},
    )
    genre = forms.ChoiceField(
        label="Qui agit",
        required=False,
        choices=[("", "Tout le monde"), *((kind.value, UNNAMED[kind]) for kind in Kind)],
    )
    acte = forms.ChoiceField(label="Acte", required=False, choices=event_choices)
    structure = forms.CharField(
        label="Structure",
        help_text="SIRET, ou une partie du nom",
        required=False,
        max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    du = forms.DateField(
        label="Du", required=False, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )
    au = forms.DateField(
        label="Au (inclus)",
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    refus = forms.BooleanField(label="Refus seulement", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name a genre as the acteur of a line is named, but for people with an account."""
        super().__init__(*args, **kwargs)
        genres: Any = self.fields["genre"]
        genres.choices = [
            (value, "Une personne avec un compte" if value == "compte" else text) for value, text in genres.choices
        ]

    def clean_reference(self) -> tuple[Any, ...]:
        """Return what the entries about that mandat are about."""
        typed = self.cleaned_data["reference"].strip()
        subjects = subjects_of_reference(typed) if typed else ()
        if typed and not subjects:
            raise forms.ValidationError("Aucun mandat n’a cette référence. Vérifiez-la, caractère par caractère.")
        return subjects

    def clean_email(self) -> Any:
        """Return the account of that address."""
        typed = self.cleaned_data["email"].strip().lower()
        compte = Compte.objects.filter(email=typed).values_list("id", flat=True).first() if typed else None
        if typed and compte is None:
            raise forms.ValidationError("Aucun compte n’a cette adresse.")
        return compte

    def clean_structure(self) -> tuple[Any, ...]:
        """Return the structures of that SIRET or name."""
        typed = self.cleaned_data["structure"].strip()
        if not typed:
            return ()
        rows = Structure.objects.filter(Q(siret=typed.replace(" ", "")) | Q(name__icontains=typed)).order_by("id")
        found = tuple(rows.values_list("id", flat=True)[: _MOST_STRUCTURES + 1])
        if not found:
            raise forms.ValidationError("Aucune structure n’a ce nom ni ce SIRET.")
        if len(found) > _MOST_STRUCTURES:
            raise forms.ValidationError("Trop de structures portent ce nom. Précisez-le, ou donnez le SIRET.")
        return found

    def clean(self) -> dict[str, Any]:
        """A time begins before it ends."""
        cleaned = super().clean() or {}
        if cleaned.get("du") and cleaned.get("au") and cleaned["du"] > cleaned["au"]:
            self.add_error("au", "Cette date est avant « Du ».")
        return cleaned

    def criteria(self) -> Criteria:
        """Return what is looked for; days are those of Paris."""
        given = self.cleaned_data
        return Criteria(
            events=(given["acte"],) if given["acte"] else (),
            acteur_kind=given["genre"],
            acteur_id=given["email"],
            structures=given["structure"],
            subjects=given["reference"],
            since=_midnight(given["du"]),
            until=_midnight(given["au"], days=1),
            refused=given["refus"],
        )


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(settings.TIME_ZONE))
