"""The errors that ``oidc`` declares, and their form on the wire.

``message`` is French, for the person or the developer who reads it; on the wire
it becomes ``error_description``, which RFC 6749 confines to printable ASCII.
"""

import unicodedata

from aidants.domain.errors import ErrorCode, declare

_TYPOGRAPHY = str.maketrans({"’": "'", "«": "'", "»": "'", "…": "...", "œ": "oe", "\u00a0": " ", '"': "'", "\\": "/"})


def description(error: ErrorCode) -> str:
    """Return the message within %x20-21 / %x23-5B / %x5D-7E (RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3)."""
    plain = unicodedata.normalize("NFKD", error.message.translate(_TYPOGRAPHY))
    return plain.encode("ascii", "ignore").decode()


# --- authorization endpoint, before anybody can be sent back (RFC 6749 §4.1.2.1) ----------------------------
REQUEST_UNREADABLE = declare(
    "oidc.request_unreadable",
    400,
    "La demande du site est illisible. Retournez sur ce site et recommencez.",
    "Demande de plus de 8 000 octets (le site la dépose d’abord : PAR), mal encodée, ou client_id ou redirect_uri "
    "répété : rien ne peut être renvoyé au site.",
    "invalid_request",
)
CLIENT_UNKNOWN = declare(
    "oidc.client_unknown",
    400,
    "Ce site n’est pas enregistré auprès du service. Retournez sur ce site et signalez-le-lui.",
    "client_id absent ou inconnu : vérifier l’enregistrement du client.",
    "invalid_client",
)
CLIENT_SUSPENDED = declare(
    "oidc.client_suspended",
    400,
    "L’accès de ce site au service est suspendu.",
    "Client suspendu par un administrateur.",
    "unauthorized_client",
)
REDIRECT_URI_REFUSED = declare(
    "oidc.redirect_uri_refused",
    400,
    "L’adresse de retour de ce site n’est pas celle qui est enregistrée. Retournez sur ce site et signalez-le-lui.",
    "redirect_uri doit être identique, caractère pour caractère, port compris.",
    "invalid_request",
)

RESPONSE_MODE_REFUSED = declare(
    "oidc.response_mode_refused",
    400,
    "La demande du site veut une réponse par un chemin qui n’existe pas ici. Retournez sur ce site et signalez-le-lui.",
    "Seuls response_mode=query et form_post sont acceptés : corriger ou retirer le paramètre response_mode.",
    "invalid_request",
)

# --- authorization endpoint, sent back to the client --------------------------------------------------------
PARAMETER_REPEATED = declare(
    "oidc.parameter_repeated",
    400,
    "Un paramètre est présent plusieurs fois.",
    "RFC 6749 §3.1 : un paramètre n’est donné qu’une fois.",
    "invalid_request",
)
PARAMETER_MALFORMED = declare(
    "oidc.parameter_malformed",
    400,
    "Un paramètre est trop long ou contient des caractères interdits.",
    "Taille, encodage UTF-8 et caractères de contrôle sont vérifiés.",
    "invalid_request",
)
REQUEST_NOT_SUPPORTED = declare(
    "oidc.request_not_supported",
    400,
    "Le paramètre request n’est pas accepté.",
    "OIDC Core §6.1 : pas d’objet de demande signé ici.",
    "request_not_supported",
)
REQUEST_URI_NOT_SUPPORTED = declare(
    "oidc.request_uri_not_supported",
    400,
    "Le paramètre request_uri n’est accepté que s’il vient de notre point d’accès /par.",
    "OIDC Core §6.2 : pas de demande par référence à une adresse du client (RFC 9126).",
    "request_uri_not_supported",
)
REGISTRATION_NOT_SUPPORTED = declare(
    "oidc.registration_not_supported",
    400,
    "Le paramètre registration n’est pas accepté.",
    "OIDC Core §7.2.1 : les clients sont enregistrés par un administrateur.",
    "registration_not_supported",
)
RESPONSE_TYPE_MISSING = declare(
    "oidc.response_type_missing",
    400,
    "Le paramètre response_type manque.",
    "RFC 6749 §4.1.1 : response_type=code est obligatoire.",
    "invalid_request",
)
RESPONSE_TYPE_REFUSED = declare(
    "oidc.response_type_refused",
    400,
    "Seul response_type=code est accepté.",
    "Les flux implicite et hybride n’existent pas ici (RFC 9700 §2.1.2).",
    "unsupported_response_type",
)
SCOPE_WITHOUT_OPENID = declare(
    "oidc.scope_without_openid",
    400,
    "Le paramètre scope doit contenir openid.",
    "OIDC Core §3.1.2.1.",
    "invalid_scope",
)
NONCE_MISSING = declare(
    "oidc.nonce_missing",
    400,
    "Le paramètre nonce est obligatoire pour ce client.",
    "Un client dispensé de PKCE doit envoyer nonce (RFC 9700 §2.1.1).",
    "invalid_request",
)
PKCE_MISSING = declare(
    "oidc.pkce_missing",
    400,
    "Le paramètre code_challenge est obligatoire.",
    "RFC 7636 §4.4.1 : PKCE est exigé de ce client.",
    "invalid_request",
)
PKCE_METHOD_REFUSED = declare(
    "oidc.pkce_method_refused",
    400,
    "Seul code_challenge_method=S256 est accepté.",
    "La méthode plain, et son absence qui y équivaut, sont refusées (RFC 9700 §2.1.1).",
    "invalid_request",
)
PKCE_MALFORMED = declare(
    "oidc.pkce_malformed",
    400,
    "Le paramètre code_challenge est mal formé.",
    "Une empreinte SHA-256 en base64url compte 43 caractères (RFC 7636 §4.2).",
    "invalid_request",
)
PROMPT_REFUSED = declare(
    "oidc.prompt_refused",
    400,
    "Le paramètre prompt n’accepte que none, login et consent, et none seul.",
    "OIDC Core §3.1.2.1.",
    "invalid_request",
)
ACCOUNT_SELECTION_REFUSED = declare(
    "oidc.account_selection_refused",
    400,
    "La valeur select_account du paramètre prompt n’est pas acceptée : une personne n’a qu’un compte.",
    "L’usager se choisit sur notre page à chaque connexion ; pour changer de personne : prompt=login.",
    "account_selection_required",
)
MAX_AGE_MALFORMED = declare(
    "oidc.max_age_malformed",
    400,
    "Le paramètre max_age doit être un nombre de secondes.",
    "OIDC Core §3.1.2.1.",
    "invalid_request",
)
CLAIMS_MALFORMED = declare(
    "oidc.claims_malformed",
    400,
    "Le paramètre claims est mal formé.",
    "OIDC Core §5.5 : un objet JSON avec id_token et userinfo.",
    "invalid_request",
)
ACR_UNMET = declare(
    "oidc.acr_unmet",
    403,
    "Le niveau d’authentification exigé n’est pas proposé.",
    "OIDC Core §5.5.1.1 : l’acr demandée comme essentielle n’est pas la nôtre.",
    "unmet_authentication_requirements",
)
LOGIN_REQUIRED = declare(
    "oidc.login_required",
    403,
    "L’aidant doit se connecter.",
    "prompt=none sans session ouverte (OIDC Core §3.1.2.6).",
    "login_required",
)
INTERACTION_REQUIRED = declare(
    "oidc.interaction_required",
    403,
    "L’aidant doit choisir la personne et la démarche.",
    "prompt=none sans choix fait depuis moins de 15 minutes pour ce site (OIDC Core §3.1.2.6).",
    "interaction_required",
)
SERVER_ERROR = declare(
    "oidc.server_error",
    500,
    "Le service n’a pas pu terminer. Rien n’a été donné au site.",
    "Une erreur imprévue du service : chercher dans ses journaux techniques, à cette heure.",
    "server_error",
)
TEMPORARILY_UNAVAILABLE = declare(
    "oidc.temporarily_unavailable",
    503,
    "Le service ne répond pas en ce moment. Rien n’a été donné au site. Réessayez dans une minute.",
    "La base de données n’a pas répondu à temps, ou pas du tout.",
    "temporarily_unavailable",
)
DECLINED = declare(
    "oidc.declined",
    403,
    "L’aidant est revenu sans choisir de mandat.",
    "L’aidant a suivi le lien de retour, ou aucun mandat ne convenait.",
    "access_denied",
)
INTERACTION_ANSWERED = declare(
    "oidc.interaction_answered",
    409,
    "Cette demande a déjà sa réponse, donnée dans un autre onglet, d’un double clic ou avant un retour en arrière. "
    "Rien de plus n’a été transmis. Si le site est encore ouvert, revenez-y, dans son onglet ou en avançant "
    "d’une page. Pour recommencer, retournez sur le site.",
    "Une demande ne reçoit qu’une réponse : revenir au site et recommencer.",
    "access_denied",
)
INTERACTION_EXPIRED = declare(
    "oidc.interaction_expired",
    410,
    "Plus de 30 minutes ont passé. Pour recommencer, retournez sur le site.",
    "Revenir au site et recommencer.",
    "access_denied",
)
NOT_AMONG_CHOICES = declare(
    "oidc.not_among_choices",
    403,
    "Aucun mandat en cours ne correspond à ce choix.",
    "Le mandat a pris fin entre l’affichage et le choix, ou ne couvre pas ce que le site demande.",
    "access_denied",
)

# --- token, introspection: client authentication (RFC 6749 §2.3, §5.2) --------------------------------------
CLIENT_AUTHENTICATION_FAILED = declare(
    "oidc.client_authentication_failed",
    401,
    "L’authentification du client a échoué.",
    "Identifiant, secret ou méthode d’authentification ne sont pas ceux de l’enregistrement.",
    "invalid_client",
)
CLIENT_AUTHENTICATION_TWICE = declare(
    "oidc.client_authentication_twice",
    400,
    "Une seule méthode d’authentification du client est admise par requête.",
    "RFC 6749 §2.3 : en-tête Authorization ou corps, pas les deux.",
    "invalid_request",
)
BODY_REFUSED = declare(
    "oidc.body_refused",
    400,
    "Le corps de la requête doit être un formulaire application/x-www-form-urlencoded bien formé.",
    "Type de contenu, taille et encodage sont vérifiés (RFC 6749 §3.2).",
    "invalid_request",
)
GRANT_TYPE_MISSING = declare(
    "oidc.grant_type_missing",
    400,
    "Le paramètre grant_type manque.",
    "RFC 6749 §4.1.3.",
    "invalid_request",
)
GRANT_TYPE_REFUSED = declare(
    "oidc.grant_type_refused",
    400,
    "Seul grant_type=authorization_code est accepté.",
    "Il n’y a ni jeton de rafraîchissement ni accès sans aidant présent.",
    "unsupported_grant_type",
)
GRANT_TYPE_NOT_THEIRS = declare(
    "oidc.grant_type_not_theirs",
    400,
    "Ce client ne connecte personne : il n’a pas de code à échanger.",
    "Client de profil partenaire : il n’appelle que /api/v1/partenaire (RFC 6749 §5.2).",
    "unauthorized_client",
)
CODE_MISSING = declare(
    "oidc.code_missing",
    400,
    "Le paramètre code manque.",
    "RFC 6749 §4.1.3.",
    "invalid_request",
)
CODE_REFUSED = declare(
    "oidc.code_refused",
    400,
    "Le code est inconnu, expiré ou destiné à un autre client.",
    "Un code vit 60 secondes et n’appartient qu’à un client (RFC 6749 §4.1.2).",
    "invalid_grant",
)
CODE_REPLAYED = declare(
    "oidc.code_replayed",
    400,
    "Le code a déjà été échangé ; ce qu’il avait donné est révoqué.",
    "Un code ne sert qu’une fois ; le second échange révoque les jetons (RFC 6749 §4.1.2).",
    "invalid_grant",
)
REDIRECT_URI_DIFFERS = declare(
    "oidc.redirect_uri_differs",
    400,
    "Le paramètre redirect_uri n’est pas celui de la demande.",
    "RFC 6749 §4.1.3 : valeur identique à celle de la demande.",
    "invalid_grant",
)
VERIFIER_REFUSED = declare(
    "oidc.verifier_refused",
    400,
    "Le paramètre code_verifier ne correspond pas à la demande.",
    "RFC 7636 §4.6 ; un vérificateur sans défi est refusé aussi (RFC 9700 §2.1.1).",
    "invalid_grant",
)
MANDAT_NO_LONGER_STANDS = declare(
    "oidc.mandat_no_longer_stands",
    400,
    "Le mandat ne permet plus cette utilisation.",
    "Révoqué, expiré ou suspendu depuis le choix de l’aidant. Le motif ne se dit pas.",
    "invalid_grant",
)

# --- userinfo (RFC 6750 §3.1), introspection (RFC 7662 §2.1) ------------------------------------------------
TOKEN_MISSING = declare(
    "oidc.token_missing",
    401,
    "Un jeton d’accès est nécessaire, dans l’en-tête Authorization.",
    "RFC 6750 §3.1 : sans identifiants, la réponse ne porte pas de code d’erreur.",
)
TOKEN_ELSEWHERE = declare(
    "oidc.token_elsewhere",
    400,
    "Le jeton d’accès ne s’envoie que dans l’en-tête Authorization, une seule fois.",
    "Jamais dans l’adresse ni dans le corps (RFC 9700 §4.3.2).",
    "invalid_request",
)
TOKEN_REFUSED = declare(
    "oidc.token_refused",
    401,
    "Le jeton d’accès est inconnu, expiré ou révoqué, ou son mandat n’est plus en vigueur.",
    "Un jeton vit 5 minutes au plus et tombe avec le mandat.",
    "invalid_token",
)
TOKEN_PARAMETER_MISSING = declare(
    "oidc.token_parameter_missing",
    400,
    "Le paramètre token manque.",
    "RFC 7662 §2.1.",
    "invalid_request",
)
TOKEN_OF_ANOTHER_CLIENT = declare(
    "oidc.token_of_another_client",
    400,
    "Ce jeton a été donné à un autre client, qui seul peut le rendre.",
    "RFC 7009 §2.1 : un client ne rend que ses propres jetons.",
    "invalid_grant",
)

# --- end_session (RP-Initiated Logout §2, §3) ---------------------------------------------------------------
LOGOUT_HINT_REFUSED = declare(
    "oidc.logout_hint_refused",
    400,
    "La demande de déconnexion du site n’est pas valable : rien n’a été fermé.",
    "id_token_hint non signé par nous, ou destiné à un autre client.",
    "invalid_request",
)
LOGOUT_URI_REFUSED = declare(
    "oidc.logout_uri_refused",
    400,
    "L’adresse de retour après déconnexion n’est pas celle qui est enregistrée : rien n’a été fermé.",
    "post_logout_redirect_uri doit être enregistrée, et accompagnée de id_token_hint.",
    "invalid_request",
)
