"""The type of a journal event and the catalogue of those that ``aidants`` declares.

An entry carries only the fact names that its event lists, and their values are
references, reasons or counts: never an identity.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of act: ``code`` (``room:act``), French ``label``, the ``facts`` it may carry."""

    code: str
    label: str
    facts: frozenset[str]


CATALOGUE: dict[str, Event] = {}


def declare(code: str, label: str, *facts: str) -> Event:
    """Add one event to the catalogue.  Raises ``ValueError`` when the code exists already."""
    if code in CATALOGUE:
        raise ValueError(f"event declared twice: {code}")
    CATALOGUE[code] = Event(code, label, frozenset(facts))
    return CATALOGUE[code]


SIGN_IN = declare("compte:sign_in", "Connexion", "factor")
SIGN_IN_REFUSED = declare("compte:sign_in_refused", "Connexion refusée")
SIGN_OUT = declare("compte:sign_out", "Déconnexion", "browser")
SECOND_FACTOR = declare("compte:second_factor", "Second facteur vérifié", "factor")
SECOND_FACTOR_REFUSED = declare("compte:second_factor_refused", "Second facteur refusé", "factor")
FACTOR_ADD = declare("compte:factor_add", "Second facteur ajouté", "factor")
FACTOR_REMOVE = declare("compte:factor_remove", "Second facteur retiré", "factor", "motif")
FACTOR_RENAME = declare("compte:factor_rename", "Second facteur renommé", "factor")
FACTOR_REFUSED = declare("compte:factor_refused", "Changement d’un second facteur refusé", "factor")
PASSKEY_COPIED = declare("compte:passkey_copied", "Clé d’accès copiée : usage refusé")
RECOVERY_CODES_MAKE = declare("compte:recovery_codes_make", "Codes de secours créés", "count")
SESSIONS_CLOSE = declare("compte:sessions_close", "Sessions fermées", "count")
PASSWORD_CHANGE = declare("compte:password_change", "Mot de passe changé")
TELEPHONE_CHANGE = declare("compte:telephone_change", "Téléphone professionnel changé", "given")
PASSWORD_LINK_REFUSED = declare("compte:link_refused", "Liens de mot de passe demandés en trop grand nombre")
PASSWORD_FORGOTTEN = declare("compte:password_forgotten", "Lien envoyé pour un mot de passe oublié")
CARDS_IMPORT = declare("carte:import", "Cartes importées", "count")
CARD_PAIR = declare("carte:pair", "Carte attribuée")
CARD_DISSOCIATE = declare("carte:dissociate", "Carte dissociée", "motif")
RECOVERY_OPEN = declare("recuperation:open", "Récupération d’accès ouverte par un garant", "channel", "recognised")
RECOVERY_OPEN_REFUSED = declare("recuperation:open_refused", "Récupération d’accès refusée au garant")
RECOVERY_PRINT = declare("recuperation:print", "Lettre de récupération imprimée")
RECOVERY_REFUSED = declare("recuperation:refused", "Code de récupération refusé")
RECOVERY_ENTER = declare("recuperation:enter", "Code de récupération accepté")
RECOVERY_END = declare("recuperation:end", "Récupération terminée", "motif")
INVITATION_SEND = declare("invitation:send", "Invitation envoyée", "role", "statut")
INVITATION_CANCEL = declare("invitation:cancel", "Invitation annulée")
INVITATION_CODE_SEND = declare("invitation:send_code", "Code envoyé à l’adresse invitée", "count")
INVITATION_CODE_REFUSE = declare("invitation:refuse_code", "Code d’une invitation refusé", "count")
INVITATION_ACCEPT = declare("invitation:accept", "Invitation acceptée")
INVITATION_REFUSED = declare("invitation:refuse", "Invitation refusée")
INVITATION_ACCEPT_REFUSED = declare("invitation:accept_refused", "Acceptation d’une invitation refusée", "count")
ROLE_GRANT = declare("role:grant", "Rôle donné", "roles", "departement", "invitation", "statut")
PAGE_REFUSED = declare("acces:refuse", "Page non ouverte à la personne", "route", "count")
ACT_WITHOUT_EFFECT = declare("acces:no_effect", "Demande restée sans effet", "route", "count")
OBJECT_REFUSED = declare("acces:unknown", "Élément demandé hors de portée, ou inconnu", "route", "count")
COMPTE_WARN = declare("compte:warn", "Absence signalée à la personne")
COMPTE_DEACTIVATE = declare("compte:deactivate", "Compte désactivé", "motif")
COMPTE_REACTIVATE = declare("compte:reactivate", "Compte réactivé")
IDENTITY_CORRECT = declare("compte:correct_identity", "Nom ou fonction corrigés", "fields")
IDENTITY_REFUSED = declare("compte:correct_identity_refused", "Correction d’un nom refusée")
PROCONNECT_UNLINK = declare("compte:proconnect_unlink", "Compte séparé de ProConnect")
PROCONNECT_UNLINK_REFUSED = declare("compte:proconnect_unlink_refused", "Séparation de ProConnect refusée")
ROLE_CHANGE = declare("role:change", "Rôles changés dans l’équipe", "roles", "statut")
ROLE_WITHDRAW = declare("role:withdraw", "Rôle ou place retirés", "roles", "departement")
ROLE_REFUSED = declare("role:refuse", "Changement de rôle refusé")
NOMINATION_ASK = declare("nomination:ask", "Changement d’administrateur demandé", "withdraw")
NOMINATION_ANSWER = declare("nomination:answer", "Changement d’administrateur décidé", "answer")
NOMINATION_REFUSED = declare("nomination:refuse", "Décision sur un administrateur refusée")
ADHESION_ASK = declare("adhesion:ask", "Demande de rejoindre une structure")
ADHESION_ANSWER = declare("adhesion:answer", "Demande de rejoindre une structure : réponse", "answer")
STRUCTURE_CREATE = declare("structure:create", "Structure créée")
STRUCTURE_CHANGE = declare("structure:change", "Structure renommée ou corrigée", "fields")
STRUCTURE_SUSPEND = declare("structure:suspend", "Structure désactivée", "motif")
STRUCTURE_RESUME = declare("structure:resume", "Structure réactivée")
STRUCTURE_REFUSED = declare("structure:refuse", "Acte sur une structure refusé")
STRUCTURE_ABSORB = declare("structure:absorb", "Équipe d’une structure fusionnée accueillie", "from", "count")
STRUCTURE_PERIMETER = declare(
    "structure:perimeter", "Démarches de la structure choisies", "demarches", "houses_or_bills"
)
STRUCTURE_PERIMETER_REFUSED = declare("structure:perimeter_refused", "Choix des démarches refusé")
STRUCTURE_KEEP = declare("structure:keep", "Fiche d’une structure tenue à jour", "created", "changed")
FILE_IMPORT = declare("fichier:import", "Fichier de structures ou d’aidants importé", "kind", "count")
STRUCTURE_LISTING = declare("structure:listing", "Présence dans les données ouvertes choisie", "is_listed")
STRUCTURE_SWITCH = declare("structure:switch", "Changement de structure")
STRUCTURE_SWITCH_REFUSED = declare("structure:switch_refused", "Changement de structure refusé")
HABILITATION_VALIDATE = declare("habilitation:validate", "Habilitation validée")
SALTS_DESTROY = declare("journal:destroy_salts", "Sels détruits en fin de conservation", "count")
JOURNAL_KEY = declare("journal:key", "Clé du journal mise en service", "key")
JOURNAL_CONSULT = declare("journal:consult", "Journal consulté", "criteria")
JOURNAL_EXPORT = declare("journal:export", "Journal copié dans un fichier", "criteria", "form")
