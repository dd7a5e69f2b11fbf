"""What is typed on the screens of the scheme.  Well-formedness only: rules stand in ``aidants/domain/dispositif``."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import QueryDict

from aidants.comptes.forms import CodeForm, WithTelephone
from aidants.dispositif.models import Versement
from aidants.dispositif.vivier import CV_MAX_BYTES
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.dispositif import errors
from aidants.domain.dispositif.etats import DECISIONS, ETAT_LABELS, GIVEN_BY_PREFECTURE, SENS_LABELS
from aidants.domain.dispositif.financement import RUPTURE_LABELS, TYPE_LABELS, euros
from aidants.domain.dispositif.parametres import POSTS_EVER
from aidants.domain.dispositif.porteurs import LABELS, RESEAUX
from aidants.domain.dispositif.vivier import COMPETENCES, DISTANCES_KM, FARTHEST_KM, SITUATIONS
from aidants.domain.siret import is_siret
from aidants.pages.dispositif.fields import (
    day_field,
    euros_field,
    name_field,
    telephone_field,
    text_field,
    words_field,
)
from aidants.structures.lieu import WithCommune

_CHOOSE = [("", "Choisir")]


def whole_field(
    label: str, most: int, help_text: str = "", least: int = 1, *, required: bool = True
) -> forms.IntegerField:
    """Return a field for a whole number between ``least`` and ``most``."""
    wrong = f"Indiquez un nombre entre {least} et {most}."
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        required=required,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": wrong, "invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


class PorteurForm(WithCommune):
    """Step 1: which structure applies."""

    kind = forms.ChoiceField(
        label="Votre structure est",
        choices=[*_CHOOSE, *((one.value, label) for one, label in LABELS.items())],
        error_messages={"required": "Choisissez le type de votre structure."},
    )
    reseau = forms.ChoiceField(
        label="Réseau",
        help_text="Seulement pour un grand réseau national.",
        choices=[("", "Aucun"), *RESEAUX.items()],
        required=False,
    )
    siret = text_field("SIRET", 32, "14 chiffres. Celui de l’établissement qui emploiera le conseiller.")
    name = text_field("Nom de la structure")
    street = text_field("Adresse", help_text="Numéro et voie.")

    field_order = ("kind", "reseau", "siret", "name", "street", "postcode", "city")

    def clean_siret(self) -> str:
        """Return its digits."""
        digits = "".join(self.cleaned_data["siret"].split())
        if not is_siret(digits):
            raise forms.ValidationError(errors.SIRET_WRONG.message)
        return digits


class ContactForm(WithTelephone):
    """Step 2: who answers for the application, and will be the structure's first referent."""

    given_name = name_field("Prénom", "given-name")
    family_name = name_field("Nom", "family-name")
    profession = text_field("Fonction", help_text="Facultatif.", required=False)
    telephone = telephone_field()


class LieuForm(WithCommune):
    """Step 3: one place of reception."""

    name = text_field("Nom du lieu", help_text="Par exemple : médiathèque, mairie annexe, bus France Services.")

    field_order = ("name", "postcode", "city")


class ProjetForm(forms.Form):
    """Step 4: how many posts, and what for."""

    posts_asked = whole_field("Nombre de postes demandés", POSTS_EVER)
    project = words_field("Votre projet", 4000, "Pour qui, où, avec qui. Sans nom de personne aidée.")
    consulted = words_field(
        "Qui avez-vous consulté ?",
        2000,
        "Facultatif. Communes, associations, France Services… du territoire.",
        required=False,
    )

    def __init__(self, *args: Any, posts_at_most: int, **kwargs: Any) -> None:
        """Take what one application may ask today."""
        super().__init__(*args, **kwargs)
        self.fields["posts_asked"] = whole_field("Nombre de postes demandés", posts_at_most, f"De 1 à {posts_at_most}.")


class MessageForm(forms.Form):
    """A message about an application."""

    text = words_field("Votre message", 4000)


class AvisForm(forms.Form):
    """The préfecture's opinion."""

    sens = forms.ChoiceField(
        label="Sens de l’avis",
        choices=[(one.value, SENS_LABELS[one]) for one in GIVEN_BY_PREFECTURE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un avis."},
    )
    posts_advised = whole_field("Nombre de postes conseillé", POSTS_EVER, "Facultatif.", 0, required=False)
    comment = words_field(
        "Observations", 2000, "Facultatif. Elles figurent au procès-verbal du comité.", required=False
    )


class DecisionForm(forms.Form):
    """The committee's decision on one application."""

    decision = forms.ChoiceField(
        label="Le comité décide",
        choices=[(one.value, ETAT_LABELS[one]) for one in DECISIONS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    posts = whole_field("Nombre de postes retenus", POSTS_EVER, "Pour une candidature retenue.", required=False)
    reason = words_field(
        "Motif", 2000, "Envoyé à la structure. Obligatoire sauf si la candidature est retenue.", required=False
    )


class ComiteForm(forms.Form):
    """A committee to come."""

    held_on = day_field("Date du comité", "Un comité par mois.")


class QuotaForm(forms.Form):
    """How many posts a department or a network may be given."""

    where = forms.ChoiceField(
        label="Département ou réseau",
        choices=[
            *_CHOOSE,
            *((f"d:{code}", f"{code} {name}") for code, name in DEPARTEMENTS.items()),
            *((f"r:{code}", f"Réseau : {name}") for code, name in RESEAUX.items()),
        ],
        error_messages={"required": "Choisissez un département ou un réseau."},
    )
    posts = whole_field("Nombre de postes", 4000, least=0)


class MoveForm(forms.Form):
    """Posts moved from one quota to another."""

    source = forms.ChoiceField(label="De", error_messages={"required": "Choisissez d’où viennent les postes."})
    target = forms.ChoiceField(label="Vers", error_messages={"required": "Choisissez où vont les postes."})
    posts = whole_field("Nombre de postes à déplacer", 4000)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer ``places``: quotas by identifier."""
        super().__init__(*args, **kwargs)
        for name in ("source", "target"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [*_CHOOSE, *places]

    def clean(self) -> dict[str, Any]:
        """Refuse a move that goes nowhere."""
        given = super().clean() or self.cleaned_data
        if given.get("source") and given.get("source") == given.get("target"):
            self.add_error("target", "Choisissez deux lignes différentes.")
        return given


class CampagneForm(forms.Form):
    """The days of a call."""

    opens_on = day_field("Ouverture")
    closes_on = day_field("Dernier jour", "Vide : jusqu’à ce que tous les postes soient pourvus.", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning."""
        given = super().clean() or self.cleaned_data
        if given.get("opens_on") and given.get("closes_on") and given["closes_on"] < given["opens_on"]:
            self.add_error("closes_on", "Le dernier jour vient après l’ouverture.")
        return given


class ProfilForm(WithCommune, WithTelephone):
    """What a person of the pool says of themselves."""

    given_name = name_field("Prénom", "given-name")
    family_name = name_field("Nom", "family-name")
    telephone = telephone_field(required=False)
    situation = forms.ChoiceField(
        label="Votre situation",
        choices=[*_CHOOSE, *SITUATIONS.items()],
        error_messages={"required": "Choisissez votre situation."},
    )
    distance_km = forms.TypedChoiceField(
        label="Distance acceptée pour aller travailler",
        choices=[(km, f"{km} km") for km in DISTANCES_KM],
        coerce=int,
        initial=30,
    )
    free_on = day_field("Disponible à partir du")
    skills = forms.MultipleChoiceField(
        label="Vos compétences",
        choices=list(COMPETENCES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une compétence."},
    )
    presentation = words_field("Présentez-vous en quelques lignes", 2000, "Facultatif.", required=False)
    cv = forms.FileField(
        label="CV",
        help_text="En PDF, 5 Mo au plus. Facultatif.",
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={"empty": "Ce fichier est vide."},
    )

    field_order = (
        "given_name",
        "family_name",
        "telephone",
        "situation",
        "postcode",
        "city",
        "distance_km",
        "free_on",
        "skills",
        "presentation",
        "cv",
    )

    def clean_cv(self) -> UploadedFile | None:
        """Refuse what is too large before it is read."""
        cv: UploadedFile | None = self.cleaned_data["cv"]
        if cv and (cv.size or 0) > CV_MAX_BYTES:
            raise forms.ValidationError(errors.CV_REFUSED.message)
        return cv


class SearchForm(WithCommune):
    """Whom a structure looks for."""

    km = whole_field("À moins de (km)", FARTHEST_KM)
    free_by = day_field("Disponible avant le", "Facultatif.", required=False)
    skills = forms.MultipleChoiceField(
        label="Compétences", choices=list(COMPETENCES.items()), widget=forms.CheckboxSelectMultiple, required=False
    )

    field_order = ("postcode", "city", "km", "free_by", "skills")


class RecruitForm(forms.Form):
    """On which post a person is recruited."""

    poste = forms.ChoiceField(label="Sur le poste", error_messages={"required": "Choisissez un poste libre."})

    def __init__(self, *args: Any, postes: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the structure's free posts."""
        super().__init__(*args, **kwargs)
        field = self.fields["poste"]
        if isinstance(field, forms.ChoiceField):
            field.choices = postes


class ContratForm(forms.Form):
    """The terms of a contract."""

    kind = forms.ChoiceField(
        label="Type de contrat",
        choices=[*_CHOOSE, *((one.value, label) for one, label in TYPE_LABELS.items())],
        error_messages={"required": "Choisissez le type de contrat."},
    )
    starts_on = day_field("Début")
    ends_on = day_field("Fin prévue", "Vide pour un CDI ou un fonctionnaire.", required=False)
    gross_monthly = euros_field("Salaire brut mensuel (euros)")
    cost_monthly = euros_field("Coût mensuel pour l’employeur (euros)", "Salaire brut et cotisations de l’employeur.")


class RuptureForm(CodeForm):
    """The end of a contract before its term, and a fresh second factor."""

    last_day = day_field("Dernier jour travaillé")
    motif = forms.ChoiceField(
        label="Motif",
        help_text="Il n’est dit qu’à l’opérateur.",
        choices=[*_CHOOSE, *((one.value, label) for one, label in RUPTURE_LABELS.items())],
        error_messages={"required": "Choisissez le motif."},
    )
    field_order = ("last_day", "motif", "code")


class PaymentsForm(CodeForm):
    """Which instalments were paid, and a fresh second factor for them all."""

    field_order = ("versements", "code")

    def __init__(self, data: QueryDict | None, due: Sequence[Versement], among: QuerySet[Versement]) -> None:
        """Show the instalments ``due``, take any ``among``: one paid meanwhile is the service's to refuse."""
        super().__init__(data)
        self._due, self._ticked = due, set(data.getlist("versements")) if data is not None else set()
        self.fields["versements"] = forms.ModelMultipleChoiceField(
            label="Versements payés",
            queryset=among,
            error_messages=dict.fromkeys(
                ("required", "invalid_choice", "invalid_pk_value", "invalid_list"),
                "Cochez au moins un versement à payer.",
            ),
        )
        self.order_fields(self.field_order)

    def lines(self) -> list[tuple[Versement, str, bool]]:
        """Return each instalment, its amount in words, and whether it was ticked."""
        return [(one, euros(one.amount), str(one.id) in self._ticked) for one in self._due]
