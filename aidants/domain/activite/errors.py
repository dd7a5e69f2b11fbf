"""Refusals of the dossier, of training and certification, of activity, kits and calls."""

from aidants.domain.errors import ErrorCode, declare

__all__ = ["ErrorCode"]

TRAINING_NOT_DONE = declare(
    "formation.not_done",
    422,
    "La formation n’était pas finie ce jour-là : toutes les demi-journées doivent être marquées d’abord.",
    "Vérifier les présences de la personne : 350 heures, ou une journée hors dispositif.",
)
RESULT_AHEAD = declare(
    "certification.ahead",
    422,
    "Cette date est à venir. Indiquez le jour où le résultat a été obtenu.",
    "Le résultat porte une date postérieure à aujourd’hui.",
)
RESULT_TOO_LATE = declare(
    "certification.too_late",
    422,
    "La certification s’obtient dans les six mois qui suivent la formation. Ce délai est passé.",
    "Plus de six mois après la fin de la formation : voir avec l’ANCT une formation continue.",
)
ALREADY_CERTIFIED = declare(
    "certification.already",
    409,
    "Cette personne a déjà une certification en cours.",
    "Un certificat tient déjà. Le retirer d’abord s’il est faux.",
)
OWN_RESULT = declare(
    "certification.own",
    403,
    "Nul n’écrit son propre résultat. Demandez-le à un autre agent de l’organisme.",
    "L’agent de l’organisme et la personne certifiée sont la même personne.",
)
NOT_IN_SESSION = declare(
    "formation.not_in_session",
    404,
    "Cette personne n’est inscrite à aucune de vos sessions.",
    "L’organisme ne connaît que les personnes inscrites à ses sessions.",
)
SESSION_FULL = declare(
    "formation.session_full",
    409,
    "Cette session est complète. Choisissez-en une autre.",
    "Le nombre de places de la session est atteint.",
)
SESSION_OVER = declare(
    "formation.session_over",
    409,
    "Cette session est finie ou annulée. Choisissez-en une autre.",
    "La session ne prend plus d’inscriptions.",
)
ALREADY_INSCRIBED = declare(
    "formation.already_inscribed",
    409,
    "Vous êtes déjà inscrit à une session. Quittez-la d’abord pour en choisir une autre.",
    "Une seule inscription en cours par personne et par sorte de formation.",
)
HALF_DAY_OUTSIDE = declare(
    "formation.half_day_outside",
    422,
    "Cette demi-journée n’est pas dans les dates de la session, ou n’a pas encore eu lieu.",
    "Les présences se marquent pour un jour de la session, passé ou d’aujourd’hui.",
)
FORMATION_MISSING = declare(
    "habilitation.formation_missing",
    403,
    "Votre formation n’est pas finie : vous pourrez conclure des mandats après elle et la certification. "
    "Votre organisme de formation marque vos présences.",
    "Voir les heures suivies. Un conseiller doit 350 heures, un autre aidant une journée.",
    "access_denied",
)
CERTIFICATION_MISSING = declare(
    "habilitation.certification_missing",
    403,
    "Il vous manque la certification PIX pour conclure des mandats. Votre organisme de formation saisit le résultat.",
    "Aucun certificat ne tient. Voir le résultat avec l’organisme de formation.",
    "access_denied",
)
CONDITIONS_MISSING = declare(
    "habilitation.conditions_missing",
    403,
    "Acceptez d’abord les conditions d’utilisation du service : vous seul pouvez le faire, sur la page « Mon droit ».",
    "La personne n’a pas accepté la version en vigueur des conditions d’utilisation.",
    "access_denied",
)
CONTRACT_OVER = declare(
    "habilitation.contract_over",
    403,
    "Votre contrat de conseiller ne court pas : il n’a pas commencé, ou il est fini. Les mandats restent à la "
    "structure, qui continue avec ses autres aidants.",
    "Contrat rompu, arrivé à son terme ou pas commencé. Le référent enregistre un contrat, page « Postes ».",
    "access_denied",
)
DOSSIER_MOVED = declare(
    "dossier.moved",
    409,
    "Ce dossier a changé entre-temps. Relisez où il en est.",
    "Le dossier n’est pas dans un état qui permet cet acte.",
)
DOSSIER_INCOMPLETE = declare(
    "dossier.incomplete",
    422,
    "Il manque des renseignements : structure, adresse et référent doivent être remplis.",
    "Un champ obligatoire du dossier est vide.",
)
SIRET_REFUSED = declare(
    "dossier.siret",
    422,
    "Ce SIRET n’existe pas. Il compte 14 chiffres ; vérifiez-les sur un document officiel de la structure.",
    "Quatorze chiffres et somme de contrôle (Luhn, ou la règle de La Poste).",
)
DOSSIER_WITHOUT_AIDANT = declare(
    "dossier.without_aidant",
    422,
    "Ajoutez au moins un aidant.",
    "Un dossier nomme au moins une personne à habiliter.",
)
NOT_A_PROFESSIONAL = declare(
    "dossier.not_a_professional",
    422,
    "Bénévoles, volontaires en service civique, stagiaires, élus et mandataires judiciaires ne peuvent pas être "
    "aidants.",
    "Une personne du dossier n’est ni agent public ni salariée.",
)
DECLARATIONS_MISSING = declare(
    "dossier.declarations",
    422,
    "Cochez les cinq déclarations : aucune n’est facultative.",
    "Une déclaration au moins n’est pas cochée.",
)
NOT_TO_DECLARE = declare(
    "habilitation.not_to_declare",
    409,
    "L’habilitation de votre structure a déjà été décidée, ou aucun poste ne lui est accordé.",
    "Déclarations réservées aux structures du dispositif jamais habilitées ; les autres passent par un dossier.",
)
DOSSIER_LINK_GONE = declare(
    "dossier.link_gone",
    410,
    "Ce lien ne sert plus. Demandez-en un autre : il arrive à la même adresse.",
    "Lien de reprise déjà servi, remplacé, ou de plus de sept jours.",
)
CONDITIONS_CHANGED = declare(
    "habilitation.conditions_changed",
    409,
    "Le texte a changé pendant que vous le lisiez. Relisez-le, puis acceptez-le.",
    "La page acceptée montrait d’autres conditions que celles en vigueur : rien n’est accepté.",
)
REASON_MISSING = declare(
    "dossier.reason_missing",
    422,
    "Dites pourquoi : la structure lira ces mots.",
    "Un refus, une demande de modifications et un retrait se motivent.",
)
