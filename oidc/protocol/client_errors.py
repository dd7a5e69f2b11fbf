"""The errors of what a client's own server sends: assertions, proofs, pushed and detailed requests."""

from aidants.domain.errors import declare

# --- private_key_jwt (RFC 7523 §3.2) -------------------------------------------------------------------------
ASSERTION_MALFORMED = declare(
    "oidc.assertion_malformed",
    401,
    "L’assertion du client n’est pas un JWT de type jwt-bearer.",
    "client_assertion_type et client_assertion : RFC 7523 §2.2.",
    "invalid_client",
)
ASSERTION_ALGORITHM = declare(
    "oidc.assertion_algorithm",
    401,
    "L’assertion du client n’est pas signée avec un algorithme admis pour ce client.",
    "ES256, PS256 ou RS256 ; RS256 est exclu d’un client FAPI 2.0.",
    "invalid_client",
)
ASSERTION_SIGNATURE = declare(
    "oidc.assertion_signature",
    401,
    "Aucune clé enregistrée du client ne vérifie son assertion.",
    "Vérifier kid et le jeu de clés du client, donné ou publié à son adresse.",
    "invalid_client",
)
ASSERTION_NAMES = declare(
    "oidc.assertion_names",
    401,
    "L’assertion du client doit porter son identifiant en iss et sub, et un jti.",
    "RFC 7523 §3 : iss = sub = client_id ; jti est exigé ici.",
    "invalid_client",
)
ASSERTION_AUDIENCE = declare(
    "oidc.assertion_audience",
    401,
    "Le champ aud de l’assertion doit être notre identifiant d’émetteur (issuer), seul et sous forme de texte.",
    "RFC 10070 : ni l’adresse du point d’accès, ni une liste. À régler dans la bibliothèque du client.",
    "invalid_client",
)
ASSERTION_EXPIRED = declare(
    "oidc.assertion_expired",
    401,
    "L’assertion du client est expirée, datée du futur, ou valable trop longtemps.",
    "exp à venir, au plus une heure ; iat présent. Vérifier l’horloge du client.",
    "invalid_client",
)
ASSERTION_REPLAYED = declare(
    "oidc.assertion_replayed",
    401,
    "Cette assertion du client a déjà servi.",
    "Chaque jti ne sert qu’une fois (RFC 7523 §3).",
    "invalid_client",
)

# --- DPoP (RFC 9449 §5, §7.1, §8) ----------------------------------------------------------------------------
PROOF_MISSING = declare(
    "oidc.proof_missing",
    400,
    "Une preuve DPoP est exigée de ce client.",
    "En-tête DPoP absent : RFC 9449 §5.",
    "invalid_dpop_proof",
)
PROOF_MALFORMED = declare(
    "oidc.proof_malformed",
    400,
    "La preuve DPoP est mal formée.",
    "Un seul en-tête DPoP, un JWT de type dpop+jwt, ses champs et une clé publique (RFC 9449 §4.2, §4.3).",
    "invalid_dpop_proof",
)
PROOF_SIGNATURE = declare(
    "oidc.proof_signature",
    400,
    "La signature de la preuve DPoP n’est pas celle de sa clé, ou son algorithme n’est pas admis.",
    "ES256 ou PS256, clé publique dans l’en-tête jwk (RFC 9449 §4.3).",
    "invalid_dpop_proof",
)
PROOF_ELSEWHERE = declare(
    "oidc.proof_elsewhere",
    400,
    "La preuve DPoP est faite pour une autre requête.",
    "htm et htu sont la méthode et l’adresse de cette requête ; ath, l’empreinte du jeton (RFC 9449 §4.3).",
    "invalid_dpop_proof",
)
PROOF_EXPIRED = declare(
    "oidc.proof_expired",
    400,
    "La preuve DPoP est trop ancienne ou datée du futur.",
    "iat à une minute près (RFC 9449 §11.1). Vérifier l’horloge du client.",
    "invalid_dpop_proof",
)
PROOF_REPLAYED = declare(
    "oidc.proof_replayed",
    400,
    "Cette preuve DPoP a déjà servi.",
    "Chaque jti ne sert qu’une fois (RFC 9449 §11.1).",
    "invalid_dpop_proof",
)
PROOF_NONCE = declare(
    "oidc.proof_nonce",
    400,
    "La preuve DPoP doit porter le nonce donné dans l’en-tête DPoP-Nonce.",
    "RFC 9449 §8 : recommencer avec ce nonce ; il change toutes les quelques minutes.",
    "use_dpop_nonce",
)
PROOF_NONCE_OF_RESOURCE = declare(
    "oidc.proof_nonce_of_resource",
    401,
    "La preuve DPoP doit porter le nonce donné dans l’en-tête DPoP-Nonce.",
    "RFC 9449 §9 : recommencer avec ce nonce.",
    "use_dpop_nonce",
)
PROOF_OF_RESOURCE = declare(
    "oidc.proof_of_resource",
    401,
    "La preuve DPoP jointe au jeton n’est pas valable.",
    "RFC 9449 §7.1 : preuve absente, mal formée, ancienne, déjà servie ou faite pour une autre requête.",
    "invalid_dpop_proof",
)
CODE_OF_ANOTHER_KEY = declare(
    "oidc.code_of_another_key",
    400,
    "Le code a été demandé pour une autre clé que celle de cette preuve.",
    "RFC 9449 §10 : dpop_jkt, ou la preuve jointe à la demande poussée.",
    "invalid_grant",
)
DPOP_JKT_REFUSED = declare(
    "oidc.dpop_jkt_refused",
    400,
    "Le paramètre dpop_jkt n’est pas l’empreinte de la clé de la preuve.",
    "43 caractères base64url (RFC 9449 §10), et la clé de la preuve jointe s’il y en a une (§10.1).",
    "invalid_request",
)

# --- pushed requests (RFC 9126) ------------------------------------------------------------------------------
PUSHED_UNKNOWN = declare(
    "oidc.pushed_unknown",
    400,
    "La demande du site a expiré ou a déjà servi. Retournez sur ce site et recommencez.",
    "request_uri inconnu, de plus de 60 secondes, déjà répondu ou d’un autre client (RFC 9126 §2.2, §4).",
    "invalid_request_uri",
)
PUSH_REQUIRED = declare(
    "oidc.push_required",
    400,
    "Ce client doit déposer ses demandes avant d’envoyer la personne.",
    "RFC 9126 §4 : request_uri reçu du point d’accès /par.",
    "invalid_request",
)
PUSH_TOO_LARGE = declare(
    "oidc.push_too_large",
    413,
    "La demande déposée est trop grande.",
    "Un dépôt tient en 16 384 octets (RFC 9126 §2.3).",
    "invalid_request",
)
PUSH_WITH_REQUEST_URI = declare(
    "oidc.push_with_request_uri",
    400,
    "Une demande déposée ne contient pas de request_uri.",
    "RFC 9126 §2.1.",
    "invalid_request",
)
PUSH_OF_ANOTHER_CLIENT = declare(
    "oidc.push_of_another_client",
    400,
    "Le paramètre client_id n’est pas celui du client qui dépose la demande.",
    "RFC 9126 §2.1.",
    "invalid_request",
)

# --- authorization_details (RFC 9396 §5) ---------------------------------------------------------------------
DETAILS_REFUSED = declare(
    "oidc.details_refused",
    400,
    "Le paramètre authorization_details n’est pas une liste d’objets de type mandat dont demarches est connu.",
    'Exemple : [{"type": "mandat", "demarches": ["logement"]}]. Tout autre type ou champ est refusé (RFC 9396 §5).',
    "invalid_authorization_details",
)
DETAILS_BEYOND_GRANT = declare(
    "oidc.details_beyond_grant",
    400,
    "Le paramètre authorization_details demande autre chose que ce qui a été accordé.",
    "À l’échange du code, on ne peut que redire ou réduire la demande (RFC 9396 §6).",
    "invalid_authorization_details",
)

# --- hints ----------------------------------------------------------------------------------------------------
ID_TOKEN_HINT_REFUSED = declare(
    "oidc.id_token_hint_refused",
    400,
    "Le paramètre id_token_hint n’est pas un jeton que nous avons donné à ce site.",
    "OIDC Core §3.1.2.1 : signature, iss et aud sont vérifiés, exp ne l’est pas.",
    "invalid_request",
)
