"""The errors of requests about a person's data, of the archive and of alerts."""

from aidants.domain.errors import declare

DEMANDE_OVER = declare(
    "droits.over",
    409,
    "Cette demande a déjà reçu une réponse, ou son délai de sept jours est passé. Il faut la faire à nouveau.",
    "Deux personnes ont répondu presque en même temps, ou personne en sept jours.",
)
DEMANDE_ROLE = declare(
    "droits.role",
    403,
    "Seul un administrateur ou un instructeur peut répondre à cette demande.",
    "Vérifier le rôle national de la personne.",
)
DEMANDE_SAME_PERSON = declare(
    "droits.same_person",
    403,
    "Vous avez fait cette demande : une autre personne doit l’approuver.",
    "Deux personnes différentes, toujours : un administrateur demande, un autre ou un instructeur approuve.",
)
DEMANDE_OPEN_ALREADY = declare(
    "droits.open_already",
    409,
    "Une demande de même nature attend déjà une réponse pour cette personne.",
    "Répondre à la demande en attente, ou la retirer.",
)
DEMANDE_UNKNOWN = declare(
    "droits.unknown",
    404,
    "Cette demande ou cette personne n’existe pas, ou ses données ont été effacées.",
    "Rien n’est gardé après la fin de la conservation : le dire à la personne.",
)
ALERTE_UNKNOWN = declare(
    "alerte.unknown",
    404,
    "Cette alerte n’existe pas, ou n’est pas de votre structure.",
    "Une alerte s’efface un an après avoir été levée.",
)
ALERTE_SEEN = declare(
    "alerte.seen",
    409,
    "Quelqu’un a déjà répondu à cette alerte.",
    "Deux personnes ont regardé la même alerte ; la première réponse compte.",
)
ALERTE_ONE_S_OWN = declare(
    "alerte.one_s_own",
    403,
    "Cette alerte parle de vos propres actes : une autre personne doit la regarder.",
    "Un autre référent de la structure, ou un instructeur, répond.",
)
OBJECTION_ONE_S_OWN = declare(
    "desaccord.one_s_own",
    403,
    "Ce désaccord parle de votre propre acte : un autre référent de la structure y répond.",
    "La personne conteste ce qu’a fait ce référent ; la structure en a un autre.",
)
ALERTE_WORDLESS = declare(
    "alerte.wordless",
    422,
    "Écrivez en un mot ce que vous avez constaté.",
    "Une alerte se ferme avec un mot : « atelier du mardi », « vu avec l’aidant »…",
)
ARCHIVE_GROUND = declare(
    "archive.ground",
    403,
    "L’archive ne s’ouvre pas pour ce motif. Choisissez celui qui est exact.",
    "Trois ans après la fin, seuls la personne, un litige ou la justice ouvrent l’archive.",
)
MANDAT_STANDS = declare(
    "droits.mandat_stands",
    409,
    "Un mandat de cette personne est en cours : ses données servent à ce mandat. Elle peut l’arrêter d’abord, "
    "à tout moment et sans raison ; la demande pourra alors être faite à nouveau.",
    "RGPD 17.1.a : les données restent nécessaires tant que le mandat est en cours. Proposer de l’arrêter.",
)
PROOF_IS_KEPT = declare(
    "droits.proof_is_kept",
    409,
    "La preuve d’un mandat terminé est gardée six ans, pour que la personne comme la structure puissent défendre leurs "
    "droits (RGPD 17.3.e ; C. civ. 1993 et 2224). L’accès est restreint dès maintenant (RGPD 18) : la structure ne "
    "voit plus rien, et les coordonnées sont effacées.",
    "Effacement refusé pour la preuve, accès restreint et coordonnées effacées. La date de fin figure sur la demande.",
)
NOTHING_TO_RECTIFY = declare(
    "droits.nothing_to_rectify",
    422,
    "Aucune valeur n’a changé, ou une valeur n’est pas acceptable. Corrigez les champs, puis réessayez.",
    "Donner au moins une valeur nouvelle ; une personne reste majeure et garde un nom et une date de naissance.",
)
FRANCECONNECT_RECTIFIES = declare(
    "droits.franceconnect_rectifies",
    409,
    "L’identité de cette personne vient de FranceConnect : elle se corrige auprès de l’Insee, et arrive ici à la "
    "prochaine connexion. Seules ses coordonnées se corrigent ici.",
    "Orienter vers le service de l’Insee qui corrige l’état civil (RNIPP).",
)
RAPPROCHEMENT_OVER = declare(
    "droits.rapprochement_over",
    409,
    "Ces deux dossiers ne peuvent pas, ou plus, être réunis ou séparés.",
    "Déjà décidé, séparé, hors du délai de quatorze jours, ou l’un des dossiers a été effacé.",
)
