"""What the accueil, an administrateur, an instructeur and a referent type to stop mandats.  Well-formedness only."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from aidants.comptes.forms import CodeForm
from aidants.domain.siret import is_siret
from mandats.domain import errors
from mandats.domain.motifs import BY_PROOF, LABELS, OF_THE_STRUCTURE, MotifDeFin
from mandats.pages.usager.forms import BirthdateFields, ReferenceFields

_OFF = {"autocomplete": "off", "spellcheck": "false"}

PROOFS = {
    "acte_deces": "Acte de décès, ou copie",
    "registre_deces": "Fichier des décès de l’Insee",
    "certificat": "Certificat médical ou avis de l’établissement",
    "jugement": "Jugement de tutelle",
    "avis_tuteur": "Courrier du tuteur, avec sa désignation",
    "jugement_insolvabilite": "Jugement de liquidation ou de rétablissement personnel",
    "bodacc": "Annonce au Bodacc",
}
"""The kinds of proof of a death, of a tutelle, of an insolvency; only the kind is kept, in the journal."""

PROVES = {
    MotifDeFin.DECES: ("acte_deces", "registre_deces", "certificat"),
    MotifDeFin.TUTELLE: ("jugement", "avis_tuteur"),
    MotifDeFin.INSOLVABILITE: ("jugement_insolvabilite", "bodacc"),
}
"""What proves what: a judgement of tutelle proves no death."""

REASONS = {
    "capacite": "La structure n’a plus les moyens de l’aider",
    "hors_mission": "Ce n’est pas ou plus la mission de la structure",
    "conflit": "La confiance est rompue",
    "interet": "Un intérêt de la structure s’y oppose",
    "autre": "Autre raison",
}
"""Why a structure renounces (C. civ. 2007); kept inside, told to nobody."""


class TelephoneForm(BirthdateFields):
    """What a person says on the telephone."""

    family_name = forms.CharField(
        label="Nom de naissance",
        max_length=256,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Demandez le nom de naissance."},
    )
    structure = forms.CharField(
        label="Structure qui aide la personne",
        help_text="Une partie du nom, ou la commune.",
        max_length=100,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Demandez quelle structure aide la personne."},
    )
    field_order = ("family_name", "day", "month", "year", "structure")


class PaperFields(forms.Form):
    """The revocation form that the usager signed, scanned or photographed."""

    scan = forms.FileField(
        label="Formulaire signé",
        help_text="PDF, JPEG ou PNG, 10 Mo au plus.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        error_messages={"required": "Choisissez le fichier du formulaire signé.", "empty": "Ce fichier est vide."},
    )

    def clean_scan(self) -> UploadedFile:
        """Refuse what is too large before it is read."""
        scan: UploadedFile = self.cleaned_data["scan"]
        if (scan.size or 0) > settings.SCAN_MAX_BYTES:
            raise forms.ValidationError(errors.SCAN_REFUSED.message)
        return scan


class DeskPaperForm(CodeForm, PaperFields):
    """At a structure's desk: the form, and a fresh second factor."""

    field_order = ("scan", "code")


class PostPaperForm(CodeForm, ReferenceFields, PaperFields):
    """At the accueil, which opens the post: the form names its mandat."""

    field_order = ("reference", "scan", "code")


class RenunciationForm(CodeForm, ReferenceFields):
    """A referent renounces for the structure."""

    reason = forms.ChoiceField(
        label="Raison",
        help_text="Gardée dans le journal. Ni la personne ni les administrations ne la voient.",
        choices=[("", "Choisir"), *REASONS.items()],
        error_messages={"required": "Choisissez une raison.", "invalid_choice": "Choisissez une raison."},
    )
    field_order = ("reference", "reason", "code")


class ProofForm(CodeForm, ReferenceFields):
    """An administrateur is told of a death, of a tutelle or of an insolvency, with a proof of it."""

    motif = forms.ChoiceField(
        label="Ce qui est arrivé",
        choices=[(motif.value, LABELS[motif].capitalize()) for motif in MotifDeFin if motif in BY_PROOF],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui est arrivé.", "invalid_choice": "Choisissez ce qui est arrivé."},
    )
    proof = forms.ChoiceField(
        label="Preuve reçue",
        help_text="Seule sa nature est gardée. Détruisez ou rendez la pièce.",
        choices=[("", "Choisir"), *PROOFS.items()],
        error_messages={"required": "Choisissez la preuve reçue.", "invalid_choice": "Choisissez la preuve reçue."},
    )
    field_order = ("reference", "motif", "proof", "code")

    def clean(self) -> dict[str, Any]:
        """Refuse a proof of something else than what is said to have happened."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        motif, proof = given.get("motif"), given.get("proof")
        if motif and proof and proof not in PROVES[MotifDeFin(motif)]:
            self.add_error("proof", "Cette pièce ne prouve pas ce qui est arrivé. Vérifiez l’une et l’autre.")
        return given


class ClosureForm(forms.Form):
    """Which structure, and why."""

    siret = forms.CharField(
        label="SIRET de la structure",
        help_text="14 chiffres.",
        max_length=20,
        widget=forms.TextInput({**_OFF, "inputmode": "numeric"}),
        error_messages={"required": "Écrivez le SIRET."},
    )
    motif = forms.ChoiceField(
        label="Raison",
        choices=[(motif.value, LABELS[motif].capitalize()) for motif in MotifDeFin if motif in OF_THE_STRUCTURE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une raison.", "invalid_choice": "Choisissez une raison."},
    )

    def clean_siret(self) -> str:
        """Return fourteen digits."""
        siret = "".join(self.cleaned_data["siret"].split())
        if not is_siret(siret):
            raise forms.ValidationError("Ce SIRET comporte une erreur. Vérifiez les 14 chiffres.")
        return siret


class CountedForm(CodeForm):
    """The number of mandats that will end, typed again, and a fresh second factor."""

    count = forms.CharField(
        label="Combien de mandats prennent fin ?",
        help_text="Recopiez le nombre affiché ci-dessus.",
        max_length=10,
        widget=forms.TextInput({**_OFF, "inputmode": "numeric"}),
        error_messages={"required": "Recopiez le nombre de mandats."},
    )

    def __init__(self, *args: Any, expected: int, **kwargs: Any) -> None:
        """Keep what must be typed."""
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_count(self) -> str:
        """Refuse another number: the person did not read, or mandats were concluded meanwhile."""
        typed: str = self.cleaned_data["count"].replace(" ", "")
        if typed != str(self.expected):
            raise forms.ValidationError(f"Ce n’est pas le nombre affiché : {self.expected}.")
        return typed


class ConfirmedClosureForm(CountedForm, ClosureForm):
    """The second gesture of a closure."""


class MergerForm(CountedForm, ClosureForm):
    """Which structure absorbs this one."""

    motif = None  # type: ignore[assignment]  # Django's way to leave an inherited field out
    field_order = ("siret", "count", "code")
