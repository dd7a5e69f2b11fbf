"""What an administrateur writes of a site.  Well formed or not; what the profile forbids, the registry says."""

import json
from typing import Any

from django import forms
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from aidants.comptes.forms import CodeForm
from aidants.domain.demarches import DEMARCHES
from oidc.protocol.client import Profile
from oidc.protocol.jose import is_private
from oidc.protocol.parameters import is_text
from oidc.protocol.strict_json import read_json
from oidc.provider.clients import NewClient
from oidc.provider.models import Client

_PROFILES = (
    (Profile.ADMINISTRATION.value, "Administration connectée directement"),
    (Profile.FRANCECONNECT.value, "FranceConnect"),
    (Profile.PARTENAIRE.value, "Partenaire : tient structures et aidants à jour, ne connecte personne"),
)
_METHODS = (
    ("client_secret_basic", "Secret, en tête HTTP (client_secret_basic)"),
    ("client_secret_post", "Secret, dans le corps (client_secret_post)"),
    ("private_key_jwt", "Clé du site (private_key_jwt)"),
)
_ALGORITHMS = (("ES256", "ES256"), ("RS256", "RS256"), ("HS256", "HS256 (FranceConnect seulement)"))
METHODS = {name: label.partition(" (")[0] for name, label in _METHODS}
"""How a site proves who it is, in words."""
SCOPES = {
    "profile": "Nom, prénoms, sexe, date de naissance",
    "email": "Adresse électronique",
    "birth": "Lieu de naissance",
    "mandat": "Le mandat et qui agit",
}
"""What a site may read, in words, by the scope that it asks."""


class Lines(forms.CharField):
    """Several values, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 3, "spellcheck": "false"}), **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the lines that hold something.  Raises ``ValidationError`` when one of them is no text."""
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        if not all(is_text(line, 2048) for line in lines):
            raise forms.ValidationError("Une ligne est trop longue, ou contient des caractères invisibles.")
        return lines

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value


class SettingsForm(forms.Form):
    """What may be changed of a site that is registered."""

    name = forms.CharField(
        label="Nom du site",
        help_text="Montré aux aidants et aux usagers.",
        max_length=256,
        error_messages={"required": "Écrivez le nom du site."},
    )
    redirect_uris = Lines(
        label="Adresses de retour",
        help_text="Une par ligne, en https, comparées caractère par caractère. Aucune pour un partenaire.",
        required=False,
    )
    post_logout_redirect_uris = Lines(label="Adresses après déconnexion", required=False, help_text="Une par ligne.")
    backchannel_logout_uri = forms.CharField(
        label="Adresse de fin de session", required=False, max_length=2048, help_text="Le site y apprend les fins."
    )
    contacts = Lines(label="Contacts", required=False, help_text="Adresses électroniques, une par ligne.")
    agent_sirets = Lines(
        label="SIRET dont les agents vérifient au nom de ce site",
        required=False,
        help_text="Un par ligne. ProConnect dit de quel SIRET est un agent. Vide : aucun agent.",
    )
    agent_domains = Lines(
        label="Domaines de leurs adresses",
        required=False,
        help_text="Un par ligne, par exemple caf.example. Vide : tous ceux de ces SIRET.",
    )
    demarches = forms.MultipleChoiceField(
        label="Démarches permises",
        required=False,
        help_text="Aucune case cochée : toutes.",
        choices=[(one.code, one.label) for one in DEMARCHES.values()],
        widget=forms.CheckboxSelectMultiple,
    )
    scopes = forms.MultipleChoiceField(
        label="Données permises",
        required=False,
        help_text="Aucune case cochée : toutes.",
        choices=[(name, f"{label} ({name})") for name, label in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    jwks = forms.CharField(
        label="Clés publiques du site (JWKS)",
        required=False,
        max_length=20_000,
        help_text="Par valeur, ou par adresse ci-dessous ; jamais une clé privée.",
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
    )
    jwks_uri = forms.CharField(label="Adresse des clés du site", required=False, max_length=2048)
    accepts_weak_identity = forms.BooleanField(
        label="Accepte une identité vérifiée sur pièce au guichet", required=False
    )
    requires_par = forms.BooleanField(label="Exige des demandes déposées d’avance (PAR)", required=False)
    requires_dpop = forms.BooleanField(label="Exige des jetons liés à une clé (DPoP)", required=False)

    def clean_jwks(self) -> dict[str, Any] | None:
        """Return a JWK Set (RFC 7517 §5), or none."""
        text = self.cleaned_data["jwks"]
        if not text:
            return None
        try:
            read = read_json(text)
            public = dict(KeySet.import_key_set(read).as_dict(private=False))
        except (ValueError, KeyError, TypeError, AttributeError, JoseError) as error:
            raise forms.ValidationError("Ce n’est pas un jeu de clés JSON (JWKS).") from error
        if any(map(is_private, read["keys"])):
            raise forms.ValidationError("Une clé privée s’y trouve : elle ne l’est plus. Le site doit en changer.")
        return public


class NewClientForm(SettingsForm):
    """A site to register."""

    profile = forms.ChoiceField(label="Profil", choices=_PROFILES)
    auth_method = forms.ChoiceField(label="Authentification du site", choices=_METHODS)
    id_token_alg = forms.ChoiceField(label="Signature des jetons d’identité", choices=_ALGORITHMS)
    userinfo_alg = forms.ChoiceField(
        label="Réponse d’identité", required=False, choices=[("", "JSON, non signée"), *_ALGORITHMS]
    )
    access_token_format = forms.ChoiceField(
        label="Jetons d’accès", choices=[("opaque", "Opaques"), ("jwt", "JWT (RFC 9068)")]
    )
    is_fapi2 = forms.BooleanField(
        label="Profil de sécurité FAPI 2.0", required=False, help_text="Impose PAR, DPoP et la clé du site."
    )
    field_order = (
        "name",
        "profile",
        "redirect_uris",
        "post_logout_redirect_uris",
        "backchannel_logout_uri",
        "contacts",
        "auth_method",
        "jwks",
        "jwks_uri",
    )

    def asked(self) -> NewClient:
        """Return what the registry is asked for."""
        given = {name: value for name, value in self.cleaned_data.items() if name in NewClient.__dataclass_fields__}
        return NewClient(**given)


class CodeBelow(CodeForm):
    """The code at the end of a long form: the cursor stays at its beginning, and so does the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("autofocus", None)


class RotateForm(CodeForm):
    """How long the secret before stays good."""

    hours = forms.ChoiceField(
        label="L’ancien secret reste valable",
        choices=[("1", "1 heure"), ("24", "1 jour"), ("168", "7 jours"), ("0", "Plus du tout : il a pu fuiter")],
        initial="24",
    )


class ReceiverForm(forms.Form):
    """Where the site is told of mandats that end (RFC 8935)."""

    url = forms.CharField(
        label="Adresse d’annonce", required=False, max_length=2048, help_text="En https. Vide : plus d’annonces."
    )
    authorization = forms.CharField(
        label="En-tête Authorization demandé par le site",
        required=False,
        max_length=1000,
        help_text="Par exemple « Bearer … ». Chiffré dès l’enregistrement ; jamais réaffiché.",
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )


def settings_of(client: Client) -> dict[str, Any]:
    """Return the present settings, as the form shows them."""
    shown = {name: getattr(client, name) for name in SettingsForm.base_fields}
    return shown | {"jwks": json.dumps(client.jwks, indent=1) if client.jwks else ""}
