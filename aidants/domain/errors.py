"""The type of an error code and the catalogue of those that ``aidants`` declares.

Each app declares its own codes with :func:`declare`; a test refuses a member
that is incomplete or that nothing uses.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One refusal that a person or a client may meet.

    ``code``     stable name, ``room.reason``
    ``http``     HTTP status of the answer
    ``message``  French, for the person: what happened and what to do
    ``support``  French, for whoever answers the telephone
    ``oauth``    OAuth 2.0 / OIDC error name where the answer is a protocol's (RFC 6749 §4.1.2.1, §5.2)
    """

    code: str
    http: int
    message: str
    support: str
    oauth: str = ""


CATALOGUE: dict[str, ErrorCode] = {}


def declare(code: str, http: int, message: str, support: str, oauth: str = "") -> ErrorCode:
    """Add one error to the catalogue.  Raises ``ValueError`` when the code exists already."""
    if code in CATALOGUE:
        raise ValueError(f"error code declared twice: {code}")
    CATALOGUE[code] = ErrorCode(code, http, message, support, oauth)
    return CATALOGUE[code]


SIGN_IN_REFUSED = declare(
    "compte.sign_in_refused",
    403,
    "Adresse électronique, mot de passe ou code incorrect. Vérifiez les trois, puis réessayez.",
    "Un des trois éléments est faux, ou le code a déjà servi : attendre le code suivant (30 secondes).",
)
CLOSED_FOR_ABSENCE = declare(
    "compte.closed_for_absence",
    403,
    "Votre compte s’est fermé parce qu’il ne servait plus. Rien n’est perdu : demandez à votre référent de le "
    "rouvrir ; sans référent, appelez l’accueil du service.",
    "Un référent rouvre le compte, page « Équipe » ; sans référent, un instructeur, page « Appareil perdu ».",
)
SIGN_IN_THROTTLED = declare(
    "compte.sign_in_throttled",
    429,
    "Trop d’essais. Patientez quelques minutes avant de réessayer.",
    "Le compte ou l’adresse est ralenti ; rien n’est bloqué définitivement.",
)
TRIES_THROTTLED = declare(
    "limite.attente",
    429,
    "Trop d’essais. Patientez le temps indiqué avant de réessayer.",
    "Des essais ont continué pendant l’attente imposée : ils ne l’allongent pas.",
)
SECOND_FACTOR_REFUSED = declare(
    "compte.second_factor_refused",
    403,
    "Ce code n’est pas valable. Attendez le code suivant de votre application, puis saisissez-le.",
    "Code faux, expiré ou déjà utilisé. Vérifier l’heure du téléphone.",
)
SECOND_FACTOR_THROTTLED = declare(
    "compte.second_factor_throttled",
    429,
    "Trop de codes faux. Patientez un peu (un quart d’heure au plus), puis saisissez un nouveau code.",
    "Ralenti après des codes faux ; rien n’est bloqué. Une clé d’accès fonctionne tout de suite.",
)
PASSKEY_REFUSED = declare(
    "compte.passkey_refused",
    403,
    "Cette clé d’accès n’a pas été reconnue. Réessayez, ou employez un autre moyen.",
    "Clé inconnue, retirée ou copiée, demande trop ancienne (5 minutes), ou autre site que le nôtre.",
)
PASSKEY_NOT_ADDED = declare(
    "compte.passkey_not_added",
    422,
    "La clé d’accès n’a pas été enregistrée. Réessayez ; rien d’autre n’a changé.",
    "Réponse illisible du navigateur, demande trop ancienne (5 minutes), ou clé déjà enregistrée.",
)
ROLE_MISSING = declare(
    "acces.role_missing",
    403,
    "Cette page n’est pas ouverte à votre rôle.",
    "La personne a ouvert une adresse réservée à un autre rôle, ou le sien lui a été retiré.",
)
OUT_OF_REACH = declare(
    "acces.out_of_reach",
    404,
    "Cette page n’existe pas, ou elle ne vous est pas ouverte. Vérifiez l’adresse.",
    "Ce que la personne demande n’existe pas, n’existe plus, ou n’est pas à elle : le service ne dit jamais lequel.",
)
BODY_TOO_LARGE = declare(
    "demande.too_large",
    413,
    "Ce qui a été envoyé est trop lourd. Un fichier a 10 Mo au plus : revenez en arrière et choisissez-en un plus "
    "léger, par exemple une photographie en qualité moyenne.",
    "Envoi de plus de 12 Mo avec un fichier, ou de plus de 1 Mo sans fichier. Rien n’a été lu ni enregistré.",
)
WITHOUT_EFFECT = declare(
    "acces.without_effect",
    409,
    "Ce qui était demandé n’a pas été fait : la page dit pourquoi.",
    "La page a répondu par un avertissement, et rien n’a été écrit : l’état avait changé, ou la demande était vide.",
)
FORM_EXPIRED = declare(
    "acces.form_expired",
    403,
    "Votre session a changé depuis l’ouverture de cette page. Rechargez-la, puis recommencez.",
    "Le formulaire vient d’une autre session, d’un autre site, ou le navigateur refuse les cookies.",
)
FACTOR_IS_LAST = declare(
    "compte.factor_is_last",
    409,
    "C’est votre dernier moyen de vous connecter. Ajoutez-en un autre avant de retirer celui-ci.",
    "Il faut qu’il reste une clé d’accès, ou un mot de passe et une application ou une carte.",
)
PASSWORD_NOT_REPLACED = declare(
    "compte.password_not_replaced",
    403,
    "Le lien ou le code ne convient pas. Le lien sert une fois, pendant une heure ; attendez le code suivant de votre "
    "application, ou demandez un autre lien.",
    "Lien déjà utilisé ou vieux de plus d’une heure, ou second facteur faux.",
)
CARD_NOT_PAIRED = declare(
    "carte.not_paired",
    422,
    "Le numéro de la carte ou son code ne convient pas. Vérifiez le numéro au dos et attendez le code suivant.",
    "Carte inconnue, attribuée à quelqu’un d’autre, ou code faux. Vérifier le numéro dans la liste des cartes.",
)
RECOVERY_OF_ONESELF = declare(
    "recuperation.of_oneself",
    403,
    "Personne ne se porte garant de soi-même. Demandez à un autre référent, ou au service.",
    "Il faut deux personnes : un autre référent de la structure, ou un instructeur.",
)
RECOVERY_CODE_REFUSED = declare(
    "recuperation.code_refused",
    403,
    "Adresse électronique ou code incorrect. Après cinq essais, patientez un quart d’heure avant de réessayer.",
    "Code faux, déjà utilisé, ou expiré (une heure par courriel, quinze jours par courrier).",
)
INVITATION_GONE = declare(
    "invitation.gone",
    410,
    "Cette invitation ne peut plus servir. Elle a déjà été acceptée, a plus de sept jours, ou a été annulée. "
    "Demandez-en une autre à votre référent. Si vous ne l’avez pas acceptée vous-même, prévenez-le.",
    "Envoyer une nouvelle invitation depuis l’équipe. Si la personne n’a rien accepté, désactiver le compte ouvert.",
)
INVITATION_FOR_ANOTHER = declare(
    "invitation.for_another",
    403,
    "Cette invitation est pour une autre adresse que celle de votre compte. Déconnectez-vous, puis rouvrez-la.",
    "La personne est connectée à un compte dont l’adresse n’est pas celle de l’invitation.",
)
SIGN_IN_TO_ACCEPT = declare(
    "invitation.sign_in_to_accept",
    409,
    "Vous avez déjà un compte à cette adresse. Connectez-vous : vous retrouverez l’invitation.",
    "La personne se connecte comme d’habitude, puis accepte.",
)
INVITATION_CODE_REFUSED = declare(
    "invitation.code_refused",
    403,
    "Ce code ne convient pas. Il sert dans cette fenêtre seulement, pendant quinze minutes et pour cinq essais. "
    "Vérifiez-le, ou demandez-en un autre.",
    "Code faux, vieux de plus de quinze minutes, demandé dans une autre fenêtre, ou cinq essais faits.",
)
INVITATION_CODES_TOO_MANY = declare(
    "invitation.codes_too_many",
    429,
    "Un code est déjà parti il y a moins d’une minute, ou trop de codes ont été demandés. Patientez, puis réessayez. "
    "Si rien n’arrive, demandez une autre invitation à votre référent.",
    "Un code par minute, dix par invitation. Vérifier l’adresse, puis envoyer une nouvelle invitation.",
)
INVITATIONS_TOO_MANY = declare(
    "invitation.too_many",
    429,
    "Votre structure a envoyé cinquante invitations en un jour. Reprenez demain.",
    "Limite de cinquante par structure et par jour.",
)
STATUT_UNDECLARED = declare(
    "aidant.statut_undeclared",
    422,
    "Dites le statut de cette personne : seul un agent public ou un salarié peut être aidant.",
    "Qui fait entrer un aidant déclare son statut ; bénévoles, élus et autres non professionnels sont refusés.",
)
ALREADY_IN_TEAM = declare(
    "invitation.already_in_team",
    409,
    "Cette personne est déjà dans votre équipe et s’est déjà connectée.",
    "Si elle a perdu son moyen de connexion, l’aider depuis l’équipe.",
)
NOT_A_REFERENT = declare(
    "structure.not_a_referent",
    403,
    "Seul un référent de la structure peut faire cela.",
    "Vérifier le rôle de la personne dans la structure choisie.",
    "access_denied",
)
NOT_AN_AIDANT = declare(
    "structure.not_an_aidant",
    403,
    "Seule une personne habilitée comme aidant de cette structure peut faire cela.",
    "Vérifier le rôle de la personne dans la structure choisie.",
    "access_denied",
)
LAST_REFERENT = declare(
    "structure.last_referent",
    409,
    "C’est le dernier référent de la structure. Nommez-en un autre d’abord.",
    "Une structure garde toujours un référent : en nommer un second, puis retirer celui-ci.",
)
PLACE_ENDED = declare(
    "structure.place_ended",
    409,
    "Cette personne n’est plus dans l’équipe : quelqu’un vient de l’en retirer.",
    "Pour qu’elle revienne, un référent l’invite de nouveau.",
)
SIRET_TAKEN = declare(
    "structure.siret_taken",
    409,
    "Une structure porte déjà ce SIRET.",
    "La chercher dans la liste des structures.",
)
STRUCTURE_STATE_GONE = declare(
    "structure.state_gone",
    409,
    "Quelqu’un vient de changer l’état de cette structure. Rechargez la page.",
    "Deux personnes ont agi en même temps, ou la structure est fermée.",
)
SAME_STRUCTURE = declare(
    "structure.same",
    422,
    "Une structure ne fusionne pas avec elle-même, ni avec une structure qui n’est pas en service.",
    "Vérifier le SIRET de la structure qui absorbe.",
)
ROLE_HELD = declare(
    "role.held",
    409,
    "Cette personne a déjà ce rôle, ou une demande attend déjà.",
    "Regarder la liste des fonctions nationales et les demandes en attente.",
)
IDENTITY_OUT_OF_REACH = declare(
    "identity.out_of_reach",
    409,
    "Ce nom ne se corrige pas d’ici : celui d’une fonction nationale l’est par un autre administrateur.",
    "Un référent corrige son équipe, un instructeur les référents, un administrateur les fonctions nationales.",
)
ROLE_OF_ONESELF = declare(
    "role.of_oneself",
    403,
    "Personne ne change son propre rôle. Demandez à quelqu’un d’autre.",
    "Un autre référent, ou un autre administrateur, doit le faire.",
)
NOMINATION_SAME_PERSON = declare(
    "nomination.same_person",
    403,
    "Vous avez fait cette demande : un autre administrateur y répond.",
    "Il faut deux administrateurs : l’un demande, l’autre approuve.",
)
NOMINATION_GONE = declare(
    "nomination.gone",
    409,
    "Cette demande n’attend plus : quelqu’un y a répondu, ou elle a plus de sept jours.",
    "Refaire la demande si elle est toujours utile.",
)
LAST_ADMINISTRATEUR = declare(
    "role.last_administrateur",
    409,
    "Il faut qu’il reste deux administrateurs. Nommez-en un autre d’abord.",
    "Avec un seul administrateur, plus personne ne pourrait en approuver un autre.",
)
ADHESION_KNOWN = declare(
    "adhesion.known",
    409,
    "Vous êtes déjà dans cette structure, ou votre demande y attend déjà.",
    "La personne change de structure en haut de la page ; sinon, un référent de la structure répond à sa demande.",
)
ADHESION_GONE = declare(
    "adhesion.gone",
    409,
    "Cette demande n’attend plus de réponse.",
    "Un autre référent a répondu, ou la personne a repris sa demande.",
)
STRUCTURE_NOT_HABILITEE = declare(
    "habilitation.structure_not_habilitee",
    403,
    "Votre structure n’est pas habilitée, ou ne l’est plus : aucun mandat ne peut être conclu ni utilisé.",
    "Vérifier l’habilitation de la structure.",
    "access_denied",
)
AIDANT_NOT_HABILITE = declare(
    "habilitation.aidant_not_habilite",
    403,
    "Votre habilitation d’aidant n’est pas en vigueur. Votre référent peut vous dire ce qui manque.",
    "Vérifier formation, certification et conditions d’utilisation.",
    "access_denied",
)
DEMARCHES_REFUSED = declare(
    "structure.demarches_refused",
    422,
    "Gardez au moins une démarche, parmi celles de la liste.",
    "Aucune démarche cochée, ou un code inconnu.",
)
SIRET_FIXED = declare(
    "partenaire.siret_fixed",
    409,
    "Cette structure est connue sous un autre SIRET. Un autre SIRET est une autre personne morale.",
    "Le système appelant doit désactiver la première et en créer une autre, sous un autre identifiant.",
)
SIRET_AMBIGUOUS = declare(
    "partenaire.siret_ambiguous",
    409,
    "Plusieurs structures ont ce SIRET : un administrateur doit d’abord dire laquelle est la bonne.",
    "Rapprocher les structures de même SIRET avant tout approvisionnement.",
)
STRUCTURE_KEPT_BY_ANOTHER = declare(
    "partenaire.structure_kept_by_another",
    409,
    "Cette structure est déjà tenue à jour, sous un autre identifiant ou par un autre système.",
    "Une structure n’a qu’un système qui la tient : voir lequel dans le journal (structure:keep).",
)
AIDANT_KEPT_BY_ANOTHER = declare(
    "partenaire.aidant_kept_by_another",
    409,
    "Une personne de cette adresse est déjà tenue à jour dans cette structure, sous un autre identifiant.",
    "Chercher le doublon chez le système appelant.",
)
AIDANT_ADDRESS_FIXED = declare(
    "partenaire.aidant_address_fixed",
    409,
    "L’adresse d’un compte ne change pas. Une autre adresse : invitez la personne à celle-ci, et retirez l’ancienne.",
    "Une adresse donnée par un autre ouvrirait le compte de quelqu’un : jamais par ce moyen.",
)
PARTENAIRE_TOO_MANY_ENDS = declare(
    "partenaire.too_many_ends",
    429,
    "Ce système a désactivé vingt structures en un jour. Les suivantes attendent demain, ou un instructeur.",
    "Chaque désactivation met fin à tous les mandats de la structure : un emballement est arrêté ici.",
)
