"""The errors of what a mandat is limited to, of who may not give one, of renewing it and of changing structure."""

from aidants.domain.errors import declare

DUREE_UNKNOWN = declare(
    "brouillon.duree_unknown",
    422,
    "Choisissez une durée.",
    "La durée envoyée n’est pas une de celles que le service propose.",
)
DUREE_PAST = declare(
    "brouillon.duree_past",
    422,
    "Le dernier jour choisi est passé. Choisissez-en un autre.",
    "La date de fin choisie est avant aujourd’hui, à l’heure de la structure.",
)
DUREE_TOO_CLOSE = declare(
    "brouillon.duree_too_close",
    422,
    "Le dernier jour choisi se termine dans moins d’une heure. Choisissez-en un autre.",
    "Il reste moins d’une heure avant minuit du dernier jour, à l’heure de la structure.",
)
DUREE_TOO_FAR = declare(
    "brouillon.duree_too_far",
    422,
    "Le dernier jour est trop loin : un mandat dure 365 jours au plus.",
    "Le dernier jour est à plus de 365 jours.",
)
DUREE_HOST = declare(
    "brouillon.duree_host",
    422,
    "Votre structure héberge la personne, l’emploie, lui prête de l’argent ou lui facture un service : un mandat dure "
    "31 jours au plus.",
    "Structure déclarée comme hébergeant, employant, prêtant à ou facturant la personne.",
)
RESERVED_ACT_UNKNOWN = declare(
    "brouillon.reserved_act_unknown",
    422,
    "Un des actes cochés n’est pas proposé. Vérifiez votre choix.",
    "Acte réservé inconnu du service.",
)
FORMALITES_REFUSED = declare(
    "brouillon.formalites_refused",
    422,
    "Précisez dix démarches au plus par thème, en 200 caractères chacune.",
    "Trop de formalités, ou une formalité trop longue.",
)
RESERVED_ACT_NOT_NAMED = declare(
    "utilisation.reserved_act_not_named",
    403,
    "Ce mandat ne permet pas cet acte : la personne ne l’a pas nommé. Un nouveau mandat est nécessaire.",
    "Acte réservé absent du mandat (code civil, article 1988).",
)
OTHER_STRUCTURE = declare(
    "brouillon.other_structure",
    409,
    "Cette page était ouverte pour une autre structure. Rien n’est perdu : vérifiez la structure, puis continuez.",
    "La personne a changé de structure dans un autre onglet.",
)
CARD_NOT_READ = declare(
    "brouillon.card_not_read",
    409,
    "La personne n’a pas encore lu la carte. Montrez-la-lui avant de continuer.",
    "La carte sur l’âge et les mesures de protection se lit avant l’identité.",
)
PROTECTED = declare(
    "brouillon.protected",
    403,
    "Un mandat n’est pas possible dans cette situation. Rien n’a été gardé.",
    "Âge ou mesure de protection : ne jamais demander laquelle. Orienter vers la page d’information.",
)
RENEWAL_NEEDS_USAGER = declare(
    "brouillon.renewal_needs_usager",
    403,
    "Un mandat ne se renouvelle qu’avec la personne : elle prouve son identité et donne son accord de nouveau.",
    "Un aidant seul ne peut pas renouveler.",
)
RENEWAL_OTHER_PERSON = declare(
    "brouillon.renewal_other_person",
    409,
    "Ce n’est pas la personne dont vous renouvelez le mandat. Si c’est bien elle, commencez un nouveau mandat.",
    "Identité différente de celle du mandat renouvelé.",
)
COUPLE_SAME_PERSON = declare(
    "brouillon.couple_same_person",
    409,
    "Cette personne s’est déjà identifiée pour l’autre mandat du couple. L’autre personne doit s’identifier elle-même.",
    "Deux mandats, deux personnes : chacune prouve son identité.",
)
CITATION_REFUSED = declare(
    "brouillon.citation_refused",
    422,
    "Cette référence, ou ce code, ne correspond à aucun mandat en cours de cette personne dans une autre structure.",
    "Référence, code ou identité : ne jamais dire lequel.",
)
CITATION_TOO_MANY = declare(
    "brouillon.citation_too_many",
    429,
    "Trop d’essais pour ce mandat. Continuez sans citer l’ancien, ou recommencez plus tard.",
    "Cinq essais au plus par brouillon.",
)
AUTONOMY_MISSING = declare(
    "mandat.autonomy_missing",
    422,
    "Répondez pour chaque démarche.",
    "La question de l’autonomie porte sur chaque démarche du mandat.",
)
