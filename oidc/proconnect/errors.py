"""The refusals of a sign-in by ProConnect."""

from aidants.domain.errors import declare

UNAVAILABLE = declare(
    "proconnect.unavailable",
    503,
    "ProConnect ne répond pas pour le moment. Connectez-vous avec votre clé d’accès ou votre mot de passe.",
    "Panne, lenteur (plus de 6 secondes) ou réponse 5xx de ProConnect.",
)
NOT_FINISHED = declare(
    "proconnect.not_finished",
    403,
    "La connexion par ProConnect n’est pas allée jusqu’au bout. Recommencez, ou employez un autre moyen.",
    "La personne a annulé, le retour a plus de dix minutes, est arrivé dans un autre navigateur, ou a déjà servi.",
)
NOT_BELIEVED = declare(
    "proconnect.not_believed",
    502,
    "La réponse de ProConnect n’a pas pu être vérifiée. Recommencez, ou employez un autre moyen.",
    "Jeton mal signé, expiré, ou pour un autre que nous. Le contrôle en cause est dans les traces techniques.",
)
NO_COMPTE = declare(
    "proconnect.no_compte",
    403,
    "Aucun compte du service n’est à cette adresse professionnelle. Demandez une invitation à votre référent.",
    "L’adresse donnée par ProConnect n’est celle d’aucun compte ouvert, ou le compte est relié à une autre personne.",
)
NO_CLIENT = declare(
    "proconnect.no_client",
    403,
    "Votre organisme n’est pas relié à ce service. Vérifiez sans vous identifier, en écrivant son nom.",
    "Le SIRET donné par ProConnect, ou le domaine de l’adresse, n’est celui des agents d’aucun site ouvert.",
)
