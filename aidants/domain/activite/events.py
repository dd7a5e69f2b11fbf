"""What the journal tells of dossiers, training, certification, activity, kits and calls."""

from aidants.domain.events import declare

DOSSIER_OPEN = declare("dossier:open", "Dossier d’habilitation ouvert")
DOSSIER_SUBMIT = declare("dossier:submit", "Dossier d’habilitation déposé", "aidants")
DOSSIER_SUBMIT_REFUSED = declare("dossier:submit_refused", "Dépôt d’un dossier refusé")
DOSSIER_DECIDE = declare("dossier:decide", "Décision sur un dossier d’habilitation", "etat", "aidants")
DOSSIER_DECIDE_REFUSED = declare("dossier:decide_refused", "Décision refusée sur un dossier", "etat")
DOSSIER_MESSAGE = declare("dossier:message", "Message dans un dossier d’habilitation")
DOSSIER_PURGE = declare("dossier:purge", "Dossiers d’habilitation effacés à leur terme", "count")
STRUCTURE_DECLARE = declare(
    "habilitation:declare", "Structure du dispositif habilitée sur ses déclarations", "declarations"
)
STRUCTURE_DECLARE_REFUSED = declare("habilitation:declare_refused", "Déclarations d’une structure refusées")
CONDITIONS_ACCEPT = declare(
    "habilitation:accept_conditions", "Conditions d’utilisation acceptées", "version", "text_sha256"
)
CONDITIONS_REFUSED = declare(
    "habilitation:accept_conditions_refused", "Acceptation de conditions qui ne sont plus en vigueur"
)
AIDANT_WITHDRAW = declare("habilitation:withdraw", "Habilitation d’un aidant retirée")
AIDANT_RESTORE = declare("habilitation:restore", "Habilitation d’un aidant rétablie")
ORGANISME_APPROVE = declare("formation:approve", "Organisme de formation agréé")
ORGANISME_END = declare("formation:end_approval", "Agrément d’un organisme terminé")
ORGANISME_MEMBER = declare("formation:member", "Agent rattaché à un organisme de formation", "compte")
SESSION_OPEN = declare("formation:open_session", "Session de formation ouverte", "cadre", "places")
SESSION_CANCEL = declare("formation:cancel_session", "Session de formation annulée")
INSCRIPTION_MAKE = declare("formation:inscribe", "Inscription à une session de formation", "inscription")
INSCRIPTION_REFUSED = declare("formation:inscribe_refused", "Inscription refusée à une session de formation")
INSCRIPTION_LEAVE = declare("formation:leave", "Inscription à une session abandonnée", "inscription")
PRESENCE_MARK = declare(
    "formation:mark", "Présences marquées pour une demi-journée", "day", "moment", "present", "absent"
)
PRESENCE_MARK_REFUSED = declare("formation:mark_refused", "Présences refusées", "day", "moment")
FORMATION_DONE = declare("formation:done", "Formation suivie en entier", "cadre", "half_days")
FORMATION_UNDONE = declare("formation:undone", "Formation redevenue incomplète", "cadre", "half_days")
CERTIFICATION_OBTAIN = declare("certification:obtain", "Certification obtenue", "certification", "day", "source")
CERTIFICATION_FAIL = declare("certification:fail", "Certification non obtenue", "certification", "day", "source")
CERTIFICATION_REFUSED = declare("certification:refused", "Résultat de certification refusé", "source")
CERTIFICATION_IMPORT = declare("certification:import", "Résultats de certification importés", "count")
CERTIFICATION_WITHDRAW = declare("certification:withdraw", "Certification retirée", "certification")
CERTIFICAT_PRINT = declare("certification:print", "Certificat imprimé")
