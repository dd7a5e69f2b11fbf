"""The refusals of a sign-in at FranceConnect, in words for the person at the desk."""

from aidants.domain.errors import declare

UNAVAILABLE = declare(
    "franceconnect.unavailable",
    503,
    "FranceConnect ne répond pas pour le moment. Rien n’est perdu : votre brouillon est gardé avec tout ce que "
    "vous avez saisi. Réessayez dans quelques minutes.",
    "Panne, lenteur (plus de 6 secondes) ou réponse 5xx de FranceConnect. Voir https://status.franceconnect.gouv.fr.",
    "temporarily_unavailable",
)
REFUSED_BY_PERSON = declare(
    "franceconnect.refused_by_person",
    403,
    "La connexion à FranceConnect n’est pas allée jusqu’au bout. Rien n’est perdu : la personne peut recommencer.",
    "La personne a annulé, ou FranceConnect a renvoyé une erreur. Le code d’erreur est dans les traces techniques.",
    "access_denied",
)
STATE_UNKNOWN = declare(
    "franceconnect.state_unknown",
    400,
    "Cette connexion à FranceConnect n’est plus reconnue : elle a expiré, ou votre session a changé. "
    "Rien n’est perdu : reprenez le brouillon, puis recommencez.",
    "Valeur « state » absente, inconnue ou vieille de plus de 30 minutes.",
    "invalid_request",
)
OTHER_BROWSER = declare(
    "franceconnect.other_browser",
    400,
    "Cette connexion à FranceConnect a été commencée dans un autre navigateur. Rien n’a été changé. "
    "Terminez-la dans le navigateur où elle a commencé, ou recommencez.",
    "Le retour est arrivé dans un navigateur qui n’est pas celui du départ.",
    "invalid_request",
)
REPLAYED = declare(
    "franceconnect.replayed",
    400,
    "Ce retour de FranceConnect a déjà servi. Rien n’a été changé. Reprenez le brouillon pour continuer.",
    "La page de retour a été rechargée, ou son adresse réutilisée.",
    "invalid_request",
)
STATEMENT_REFUSED = declare(
    "franceconnect.statement_refused",
    502,
    "La réponse de FranceConnect n’a pas pu être vérifiée ; l’identité n’a pas été prise. "
    "Rien n’est perdu : recommencez, ou signalez-le si cela se reproduit.",
    "Jeton ou informations mal signés, expirés ou pour un autre que nous. Le contrôle en cause est dans les traces.",
    "server_error",
)
IDENTITY_INCOMPLETE = declare(
    "franceconnect.identity_incomplete",
    502,
    "FranceConnect n’a pas transmis toute l’identité de la personne : le mandat ne peut pas se faire par ce moyen.",
    "Nom, prénoms, date, pays ou commune de naissance absents ou mal formés.",
    "server_error",
)
IDENTITY_OURS = declare(
    "franceconnect.identity_ours",
    403,
    "La personne doit se connecter avec son propre compte (impôts, assurance maladie, La Poste…), "
    "pas par l’intermédiaire d’un aidant.",
    "FranceConnect a transmis une identité que nous lui avions nous-mêmes fournie.",
    "access_denied",
)
NO_MANDAT = declare(
    "franceconnect.no_mandat",
    404,
    "Aucun mandat n’est enregistré à votre nom dans ce service.",
    "L’identité FranceConnect ne correspond à aucun usager du registre.",
)
PHONE_LINK_UNKNOWN = declare(
    "franceconnect.phone_link_unknown",
    404,
    "Ce code n’existe pas ou n’est plus valable. Demandez à l’aidant d’en afficher un autre.",
    "Le lien affiché au poste vaut 10 minutes et une seule fois.",
)
PHONE_LINK_TAKEN = declare(
    "franceconnect.phone_link_taken",
    409,
    "Ce code a déjà servi sur un autre téléphone. Rien n’a été changé. Demandez à l’aidant d’en afficher un autre.",
    "Un seul téléphone par lien. Si ce n’était pas celui de la personne, l’aidant annule et recommence.",
)
PHONE_LINK_ENDED = declare(
    "franceconnect.phone_link_ended",
    409,
    "L’aidant a annulé, ou le temps est écoulé. Rien n’a été changé.",
    "Lien annulé au poste, remplacé par un autre, ou expiré pendant la connexion.",
)
PHONE_NUMBER_WRONG = declare(
    "franceconnect.phone_number_wrong",
    409,
    "Ce n’était pas le nombre affiché au poste de l’aidant. Par prudence, tout est arrêté ; rien n’a été changé.",
    "Le nombre choisi sur le téléphone n’est pas celui du poste : autre poste, ou lien détourné.",
)
PHONE_IS_THE_DESK = declare(
    "franceconnect.phone_is_the_desk",
    409,
    "Ouvrez cette page sur le téléphone de la personne, pas au poste de l’aidant.",
    "Le navigateur porte la session d’un aidant.",
)
