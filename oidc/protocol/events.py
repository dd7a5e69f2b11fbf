"""The events that ``oidc`` declares.  Facts are references and reasons, never identities, codes or tokens."""

from aidants.domain.events import declare

CLIENT_CREATE = declare("client:create", "Site enregistré", "profile", "auth_method", "id_token_alg", "userinfo_alg")
CLIENT_ROTATE_SECRET = declare("client:rotate_secret", "Secret d’un site renouvelé", "overlap_hours")
CLIENT_CHANGE = declare("client:change", "Réglages d’un site modifiés", "changed")
CLIENT_SUSPEND = declare("client:suspend", "Accès d’un site suspendu")
CLIENT_RESUME = declare("client:resume", "Accès d’un site rétabli")
PARTENAIRE_CALL = declare("partenaire:call", "Appel d’un partenaire", "operation", "status")
CLIENT_REFUSED = declare("client:refuse", "Authentification d’un site refusée", "count")
CONNEXION_ASK_REFUSED = declare("connexion:ask_refused", "Demande de connexion refusée", "client", "count")
CONNEXION_DECLINE = declare("connexion:decline", "Retour au site sans choisir de mandat", "client")
CALL_REFUSED = declare("client:call_refused", "Appel d’un site refusé", "endpoint", "count")
CONNEXION_REDEEM = declare("connexion:redeem", "Code de connexion échangé", "client", "connexion")
CONNEXION_REPLAY = declare("connexion:replay", "Code de connexion présenté une seconde fois", "client", "connexion")
CONNEXION_REFUSED = declare("connexion:refuse", "Code de connexion refusé", "client", "count")
CONNEXION_REVOKE = declare("connexion:revoke", "Jeton rendu par le site", "client", "connexion")
CONNEXION_TOLD = declare(
    "connexion:tell_end", "Fin d’une connexion annoncée au site", "client", "connexion", "attempts"
)
CONNEXION_NOT_TOLD = declare(
    "connexion:not_told", "Fin d’une connexion que le site n’a pas pu recevoir", "client", "connexion", "attempts"
)
CONNEXION_END = declare("connexion:end", "Connexion à un site terminée", "client", "connexion")
RECEIVER_SET = declare("client:set_receiver", "Adresse d’annonce d’un site réglée", "told")
SECURITY_EVENT_TOLD = declare(
    "evenement:tell", "Fin d’un mandat annoncée à une administration", "event", "kind", "attempts"
)
SECURITY_EVENT_NOT_TOLD = declare(
    "evenement:not_told", "Fin d’un mandat qu’une administration n’a pas pu recevoir", "event", "kind", "attempts"
)
