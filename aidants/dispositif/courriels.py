"""What the scheme tells people by e-mail: a line of this catalogue, a template each.  No name goes into a subject."""

from enum import StrEnum


class Courriel(StrEnum):
    """One kind of message; its value names the template, whose first line is the subject."""

    DOSSIER_LIEN = "dossier_lien"
    VIVIER_LIEN = "vivier_lien"
    CANDIDATURE_DEPOSEE = "candidature_deposee"
    CANDIDATURE_MESSAGE = "candidature_message"
    CANDIDATURE_DECISION = "candidature_decision"
    AVIS_DEMANDE = "avis_demande"
    VIVIER_NOUVELLE = "vivier_nouvelle"
    SESSION_ANNULEE = "session_annulee"
