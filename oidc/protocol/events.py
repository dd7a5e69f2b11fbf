"""The events that ``oidc`` declares.  Facts are references and reasons, never identities, codes or tokens."""

from aidants.domain.events import declare

CLIENT_CREATE = declare("client:create", "Site enregistré", "profile", "auth_method", "id_token_alg", "userinfo_alg")
CLIENT_REFUSED = declare("client:refuse", "Authentification d’un site refusée", "count")
CONNEXION_REDEEM = declare("connexion:redeem", "Code de connexion échangé", "client", "connexion")
CONNEXION_REPLAY = declare("connexion:replay", "Code de connexion présenté une seconde fois", "client", "connexion")
CONNEXION_END = declare("connexion:end", "Connexion à un site terminée", "client", "connexion")
