"""What is typed to consent before a witness, by a declaration, or by text message.  Well-formedness only."""

from django import forms

from mandats.domain.accord_sms import VERIFIED
from mandats.pages.conseiller.forms import ShownTextForm, TelephoneForm
from mandats.registre.services import exemplaires, temoin

_OFF = {"autocomplete": "off", "spellcheck": "false"}


class WitnessForm(ShownTextForm):
    """Who was there; the usager's tick and theirs."""

    agree = forms.BooleanField(
        label="La personne : on m’a lu ce mandat à voix haute. Je le comprends et je suis d’accord.",
        error_messages={"required": "Cochez la case si la personne est d’accord."},
    )
    name = forms.CharField(
        label="Prénom et nom du témoin",
        help_text="Une autre personne que vous et que la personne qui donne le mandat.",
        max_length=200,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Écrivez le prénom et le nom du témoin."},
    )
    quality = forms.CharField(
        label="En quelle qualité",
        help_text="Exemple : sa fille, son voisin, agent d’accueil de la mairie.",
        max_length=200,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Dites qui est le témoin pour la personne."},
    )
    witnessed = forms.BooleanField(
        label=f"Le témoin : {temoin.DECLARATION[0].lower()}{temoin.DECLARATION[1:]}",
        error_messages={"required": "Le témoin coche la case s’il est d’accord."},
    )
    field_order = ("agree", "name", "quality", "witnessed", "text_sha256")


def signing_day() -> forms.DateField:
    """Return the field of the day written on the sheet."""
    return forms.DateField(
        label="Date de signature écrite sur la feuille",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez la date.", "invalid": "Indiquez une date, par exemple 22/11/2026."},
    )


class DeclarationForm(ShownTextForm):
    """« Exemplaire signé conservé », with the day it was signed."""

    signed_on = signing_day()
    declared = forms.BooleanField(
        label=exemplaires.DECLARATION, error_messages={"required": "Cochez la case si c’est bien le cas."}
    )
    field_order = ("signed_on", "declared", "text_sha256")


class RemoteForm(ShownTextForm, TelephoneForm):
    """The usager's own number, and how the aidant made sure of it."""

    verified = forms.ChoiceField(
        label="Comment savez-vous que ce numéro est le sien ?",
        choices=list(VERIFIED.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment vous vous en êtes assuré."},
    )
    field_order = ("telephone", "verified", "text_sha256")
