"""What is typed to sign in and to change one's account.  Well-formedness only."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from aidants.comptes.facteurs.cartes import MOTIFS
from aidants.comptes.facteurs.changes import NAME_LENGTH
from aidants.domain.decisions import Denied
from aidants.domain.noms import is_name, is_one_line
from aidants.domain.statuts import STATUTS, may_be_aidant
from aidants.domain.telephone import BadTelephone, to_e164
from aidants.envois.adresse import AdresseField

CODE_HELP = "Celui de votre application ou de votre carte. Un code de secours (12 chiffres) convient aussi."


class CodeInput(forms.TextInput):
    """A field that comes back empty: a code that was refused never serves."""

    def format_value(self, value: Any) -> None:
        """Show nothing of what was typed."""


def code_field(
    label: str = "Code à 6 chiffres", help_text: str = "", missing: str = "affiché par votre application", **more: Any
) -> forms.CharField:
    """Return the field of a one-time code, as telephones and password managers recognise it.

    ``missing``: which code, told to who left the field empty.
    """
    widget = CodeInput(
        attrs={
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "maxlength": 20,
            "spellcheck": "false",
        }
    )
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=widget,
        error_messages={"required": f"Saisissez le code {missing}."},
        **more,
    )


def passkey_field() -> forms.CharField:
    """Return the field in which a script puts what the person's passkey answered."""
    return forms.CharField(required=False, max_length=8192, widget=forms.HiddenInput)


class SignInForm(forms.Form):
    """E-mail, password and code on one page: one form, one answer."""

    email = forms.CharField(
        label="Adresse électronique",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={"required": "Saisissez votre adresse électronique."},
    )
    password = forms.CharField(
        label="Mot de passe",
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Saisissez votre mot de passe."},
    )
    code = code_field(help_text=CODE_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the cursor where the next thing is typed, once something was."""
        super().__init__(*args, **kwargs)
        first = "password" if self.is_bound and self.data.get("email") else "email"
        self.fields[first].widget.attrs["autofocus"] = True


class PasskeyForm(forms.Form):
    """What a passkey answered; a script fills it."""

    passkey = passkey_field()


class CodeForm(forms.Form):
    """The second factor given at this very moment: a passkey's answer, or a code typed."""

    code = code_field(help_text=CODE_HELP)
    passkey = passkey_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the cursor in the code where nothing else is typed; a passkey's answer stands in its place."""
        super().__init__(*args, **kwargs)
        if set(self.fields) == set(CodeForm.base_fields):
            self.fields["code"].widget.attrs["autofocus"] = True
        if self.data.get(self.add_prefix("passkey")):
            self.fields["code"].required = False


class ProConnectCodeForm(forms.Form):
    """A code typed, after a federation vouched for the person."""

    code = code_field(help_text=CODE_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the cursor in the only field."""
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


def one_line(text: str) -> None:
    """Refuse line breaks and invisible signs."""
    if not is_one_line(text):
        raise ValidationError("Écrivez sur une seule ligne, sans signe invisible.")


def device_name_field() -> forms.CharField:
    """Return the field in which a person names a device of theirs."""
    return forms.CharField(
        label="Nom, pour la reconnaître",
        help_text="Par exemple : téléphone du bureau.",
        max_length=NAME_LENGTH,
        required=False,
        validators=[one_line],
    )


class NewPassword(forms.Form):
    """A new password, typed once: it may be shown, and no rule asks for capitals or signs."""

    def __init__(self, *args: Any, compte: Any, **kwargs: Any) -> None:
        """Check the password against the names of ``compte`` too."""
        super().__init__(*args, **kwargs)
        self._compte = compte
        self.fields["new_password"] = forms.CharField(
            label="Nouveau mot de passe",
            help_text="12 caractères au moins. Quatre mots sans rapport entre eux font un bon mot de passe.",
            max_length=1024,
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            error_messages={"required": "Choisissez un mot de passe."},
        )
        self.order_fields(["new_password"])

    def clean_new_password(self) -> str:
        """Refuse what is short, common or easy to guess."""
        password = str(self.cleaned_data["new_password"])
        password_validation.validate_password(password, self._compte)
        return password


class PasskeyNameForm(forms.Form):
    """What to call a new passkey; a script fills the rest."""

    name = device_name_field()
    passkey = passkey_field()


class ApplicationForm(forms.Form):
    """An application's first code, and what to call it."""

    name = device_name_field()
    first_code = code_field(label="Code affiché par l’application")


class FirstApplicationForm(NewPassword):
    """At the first visit: a password, and the application's first code."""

    first_code = code_field(label="Code affiché par l’application")


class CardForm(forms.Form):
    """A card's number and the code that it shows."""

    serial = forms.CharField(
        label="Numéro de la carte",
        help_text="Il est écrit au dos.",
        max_length=32,
        error_messages={"required": "Saisissez le numéro écrit au dos de la carte."},
    )
    first_code = code_field(label="Code affiché par la carte", missing="affiché par la carte")


class RenameForm(forms.Form):
    """What to call a factor."""

    name = forms.CharField(
        label="Nom",
        max_length=NAME_LENGTH,
        validators=[one_line],
        error_messages={"required": "Donnez-lui un nom."},
    )


class WithTelephone(forms.Form):
    """A form that asks for ``telephone``."""

    def clean_telephone(self) -> str:
        """Return the number in E.164, or nothing."""
        typed = str(self.cleaned_data["telephone"]).strip()
        try:
            return to_e164(typed) if typed else ""
        except BadTelephone as error:
            raise ValidationError("Ce numéro de téléphone n’est pas valable. Exemple : 06 12 34 56 78.") from error


class TelephoneProForm(WithTelephone):
    """The number that the person uses at work."""

    telephone = forms.CharField(
        label="Téléphone professionnel",
        help_text="Celui du travail, fixe ou mobile. Par exemple 06 12 34 56 78. Laissez vide pour n’en donner aucun.",
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )


class EmailForm(forms.Form):
    """An address, to which something is sent: one that no message reaches is said to be wrong, known or not."""

    email = AdresseField(
        label="Adresse électronique",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={
            "required": "Saisissez votre adresse électronique.",
            "invalid": "Saisissez une adresse complète, par exemple prenom.nom@mairie.fr.",
        },
    )


class LinkCodeForm(forms.Form):
    """The code of a link: a script reads it in the address, a person may type it."""

    code = forms.CharField(
        label="Code du message",
        help_text="Il ressemble à abcde-fghjk-mnpqr-stuvw. Il se remplit tout seul quand on suit le lien du message.",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-fragment": ""}),
        error_messages={"required": "Saisissez le code du message, ou suivez son lien."},
    )


class AddressCodeForm(forms.Form):
    """The code that the invited address received."""

    code = code_field(help_text="Il est dans le message que vous venez de recevoir.", missing="du message")


class RecoveryForm(forms.Form):
    """The address of the account, and the code received by e-mail or by post."""

    email = SignInForm.base_fields["email"]
    code = code_field(
        "Code à 8 chiffres", "Celui du courriel ou de la lettre que vous avez reçue.", "du courriel ou de la lettre"
    )


class ForgottenForm(LinkCodeForm, NewPassword):
    """The link's code, a new password, and a code of the second factor."""

    factor_code = code_field(help_text=CODE_HELP)


class NamesForm(forms.Form):
    """The names of somebody, as a referent types them."""

    given_name = forms.CharField(label="Prénom", max_length=100, error_messages={"required": "Saisissez le prénom."})
    family_name = forms.CharField(label="Nom", max_length=100, error_messages={"required": "Saisissez le nom."})

    def clean_given_name(self) -> str:
        """Refuse what is no name."""
        return self._name("given_name")

    def clean_family_name(self) -> str:
        """Refuse what is no name."""
        return self._name("family_name")

    def _name(self, field: str) -> str:
        text = str(self.cleaned_data[field])
        if not is_name(text):
            raise ValidationError("Des lettres, des espaces, des tirets ou des apostrophes seulement.")
        return text


class StatutForm(forms.Form):
    """What somebody is in the structure, as who brings them in declares it: who may be an aidant follows."""

    statut = forms.ChoiceField(
        label="Statut dans la structure",
        help_text="Un aidant est agent public ou salarié. Votre déclaration est gardée.",
        choices=[("", "Choisir"), *STATUTS.items()],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Let in as an aidant only who may be one; the service asks the same."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "statut" in self.fields and "statut" in given and self.brings_aidant(given):
            verdict = may_be_aidant(given["statut"])
            if isinstance(verdict, Denied):
                self.add_error("statut", verdict.reason.message)
        return given

    def brings_aidant(self, given: Mapping[str, Any]) -> bool:
        """Tell whether what is typed makes somebody an aidant: always, where no role is chosen."""
        return "roles" not in self.fields or "aidant" in given.get("roles", ())


class WelcomeForm(StatutForm, CodeForm):
    """What somebody is who comes as an aidant, and a fresh second factor."""

    field_order = ("statut", "code")


class InvitationForm(StatutForm, NamesForm, CodeForm):
    """Whom a referent invites, as what, and a fresh second factor: a national role cannot be asked for here."""

    email = AdresseField(
        label="Adresse électronique professionnelle",
        help_text="Une adresse à elle seule : ni boîte partagée, ni adresse de l’accueil.",
        max_length=254,
        error_messages={
            "required": "Saisissez l’adresse électronique.",
            "invalid": "Saisissez une adresse complète, par exemple prenom.nom@mairie.fr.",
        },
    )
    profession = forms.CharField(
        label="Fonction",
        help_text="Par exemple : conseillère numérique.",
        max_length=100,
        validators=[one_line],
        error_messages={"required": "Saisissez la fonction."},
    )
    roles = forms.MultipleChoiceField(
        label="Rôles",
        choices=[
            ("aidant", "Aidant : conclut des mandats et s’en sert, une fois habilité"),
            ("referent", "Référent : répond de l’équipe, sans voir les usagers"),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un rôle."},
    )
    field_order: tuple[str, ...] = ("given_name", "family_name", "email", "profession", "roles", "statut", "code")


class HelpForm(CodeForm):
    """How the garant recognised the person, and where the code goes."""

    recognised = forms.ChoiceField(
        label="Comment l’avez-vous reconnue ?",
        choices=[
            ("en_personne", "Elle est devant moi"),
            ("voix", "Au téléphone : je connais sa voix, et je l’ai rappelée"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment vous l’avez reconnue."},
    )
    channel = forms.ChoiceField(
        label="Où envoyer son code ?",
        choices=[
            ("email", "À son adresse électronique : il arrive dans la minute"),
            ("courrier", "Par courrier, à la structure : quelques jours"),
        ],
        initial="email",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez où envoyer le code."},
    )
    field_order = ("recognised", "channel", "code")


class CardsFileForm(CodeForm):
    """A maker's file of cards, and a fresh second factor."""

    file = forms.FileField(
        label="Fichier des cartes",
        help_text="CSV : numéro de série ; graine (hexadécimal ou base32) ; nombre de chiffres si ce n’est pas 6.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )
    field_order = ("file", "code")


class DissociateForm(CodeForm):
    """Which card is taken away, why, and a fresh second factor."""

    serial = forms.CharField(
        label="Numéro de la carte", max_length=32, error_messages={"required": "Saisissez le numéro."}
    )
    motif = forms.ChoiceField(
        label="Raison",
        choices=[("", "Choisir"), *MOTIFS.items()],
        error_messages={"required": "Choisissez une raison."},
    )
    field_order = ("serial", "motif", "code")
