"""The errors that ``mandats`` declares."""

from aidants.domain.errors import declare

AUTORISATION_UNKNOWN = declare(
    "mandat.autorisation_unknown",
    404,
    "Ce mandat n’existe pas, ou n’est pas dans votre structure.",
    "La référence est inconnue de cette structure. Ne rien dire d’une autre structure.",
    "access_denied",
)
AUTORISATION_ENDED = declare(
    "mandat.autorisation_ended",
    409,
    "Ce mandat n’est plus valable pour cette démarche. Un nouveau mandat est nécessaire.",
    "L’autorisation a pris fin : révocation, remplacement ou autre fin. Le motif ne se dit pas.",
    "access_denied",
)
MANDAT_EXPIRED = declare(
    "mandat.expired",
    409,
    "Ce mandat est arrivé à son terme. Un nouveau mandat est nécessaire.",
    "La date de fin est passée.",
    "access_denied",
)
MANDAT_SUSPENDED = declare(
    "mandat.suspended",
    409,
    "Ce mandat est suspendu. Ouvrez-le : sa page dit ce qui le fera reprendre.",
    "Suspension par l’usager ou faute d’exemplaire signé.",
    "access_denied",
)
DEMARCHE_NARROWED = declare(
    "mandat.demarche_narrowed",
    409,
    "Votre structure ne propose plus cette démarche.",
    "La structure a restreint ses démarches ; les mandats plus anciens suivent.",
    "access_denied",
)
IDENTITY_DOES_NOT_CROSS = declare(
    "mandat.identity_does_not_cross",
    409,
    "L’identité de cette personne a été vérifiée sur pièce : ce mandat ne passe pas par FranceConnect.",
    "Identité piece_vue : jamais transmise à FranceConnect.",
    "access_denied",
)
EMAIL_MISSING = declare(
    "mandat.email_missing",
    409,
    "Cette personne n’a pas d’adresse électronique : FranceConnect l’exige. Le mandat reste utilisable autrement.",
    "FranceConnect écrit à l’usager. Ne jamais inventer d’adresse.",
    "access_denied",
)
NO_DEMARCHE = declare(
    "brouillon.no_demarche",
    422,
    "Choisissez au moins une démarche.",
    "Aucune démarche cochée.",
)
BROUILLON_GONE = declare(
    "brouillon.gone",
    409,
    "Ce brouillon n’existe plus : il a été signé ou abandonné sur un autre écran.",
    "Deux personnes ou deux onglets ont agi sur le même brouillon. Voir la liste des mandats.",
)
NO_IDENTITY = declare(
    "brouillon.no_identity",
    409,
    "La personne ne s’est pas encore identifiée avec FranceConnect.",
    "Reprendre le brouillon et lancer FranceConnect.",
)
MINOR = declare(
    "brouillon.minor",
    403,
    "Cette personne a moins de 18 ans : elle ne peut pas confier de mandat. "
    "Son représentant légal peut agir pour elle auprès de chaque administration.",
    "Âge calculé au jour près ; une date partielle est lue comme la plus jeune possible.",
)
NOT_CONSENTED = declare(
    "brouillon.not_consented",
    409,
    "La personne n’a pas encore donné son accord.",
    "Le consentement manque : signature, code ou exemplaire papier signé.",
)
TEXT_CHANGED = declare(
    "brouillon.text_changed",
    409,
    "Le texte a changé depuis son affichage. Relisez le récapitulatif avant de signer.",
    "Empreinte du texte différente : un autre onglet a modifié le brouillon.",
)
CONSENT_CODE_REFUSED = declare(
    "brouillon.consent_code_refused",
    403,
    "Ce code n’est pas le bon. Vérifiez le message reçu, puis réessayez.",
    "Code de consentement faux ou expiré (10 minutes, 5 essais).",
)
TOO_MANY_CODES = declare(
    "brouillon.too_many_codes",
    429,
    "Trop de codes ont été envoyés pour ce mandat. La personne peut signer à l’écran ou sur papier.",
    "Cinq codes au plus par brouillon. Vérifier le numéro ; sinon signature à l’écran ou sur papier.",
)
CODE_NOT_SENT = declare(
    "brouillon.code_not_sent",
    503,
    "Le message n’est pas parti. Réessayez dans un instant. La personne peut aussi signer à l’écran ou sur papier.",
    "L’opérateur de SMS n’a pas répondu, ou a refusé le message. L’essai compte parmi les cinq codes du brouillon.",
)
SIGNATURE_EMPTY = declare(
    "brouillon.signature_empty",
    422,
    "La signature est vide. Signez dans le cadre, ou choisissez un code par SMS.",
    "Le dessin n’a aucun trait.",
)
SCAN_REFUSED = declare(
    "document.scan_refused",
    422,
    "Ce fichier n’est pas accepté. Envoyez un PDF, un JPEG ou un PNG de 10 Mo au plus.",
    "Type vérifié par le contenu, pas par le nom du fichier.",
)
TELEPHONE_REFUSED = declare(
    "brouillon.telephone_refused",
    422,
    "Ce numéro de téléphone n’est pas valable. Exemple : 06 12 34 56 78.",
    "Numéro mal formé.",
)
ALREADY_ENDED = declare(
    "mandat.already_ended",
    409,
    "Ce mandat avait déjà pris fin.",
    "Deux personnes l’ont arrêté presque en même temps. Rien à faire.",
)
DECLARATION_REFUSED = declare(
    "utilisation.declaration_refused",
    422,
    "Indiquez l’organisme, ce qui a été fait et une date comprise dans la durée du mandat.",
    "Une utilisation déclarée demande organisme, description et date.",
)
END_NOT_YOURS = declare(
    "mandat.end_not_yours",
    403,
    "Ce n’est pas à vous de déclarer cette fin.",
    "Chaque cause de fin a ses déclarants : usager, aidant, référent, accueil, administrateur, instructeur.",
)
STRUCTURE_ALREADY_ENDED = declare(
    "structure.already_ended",
    409,
    "Cette structure n’est plus habilitée. Ses mandats ont déjà pris fin, ou prennent fin en ce moment.",
    "L’habilitation de la structure avait déjà pris fin : rien à faire, le travail de fond termine les mandats.",
)
ALREADY_OBJECTED = declare(
    "utilisation.already_objected",
    409,
    "Vous avez déjà signalé cette utilisation. La réponse s’affichera ici.",
    "Une seule contestation par utilisation ; voir la réponse du référent.",
)
ALREADY_ANSWERED = declare(
    "utilisation.already_answered",
    409,
    "Une réponse a déjà été donnée, ou la vôtre est vide.",
    "Une seule réponse par contestation, donnée par un référent de la structure.",
)
SUSPENDED_FOR_SCAN = declare(
    "mandat.suspended_for_scan",
    409,
    "Il manque la feuille que vous avez signée. La structure doit d’abord l’ajouter.",
    "Suspension faute d’exemplaire signé : seul l’ajout de la feuille signée la lève.",
)
SINGLE_USE_DONE = declare(
    "mandat.single_use_done",
    409,
    "Ce mandat ne servait qu’une fois, et il a servi. Un nouveau mandat est nécessaire.",
    "Mandat à usage unique déjà utilisé.",
    "access_denied",
)
CORRECTION_REFUSED = declare(
    "utilisation.correction_refused",
    409,
    "Cette ligne ne peut pas être corrigée : elle l’a déjà été, ou elle vient d’une connexion à un site.",
    "Seule une utilisation déclarée se corrige, une fois ; ce qui a été écrit ne s’efface pas.",
)
MANNER_REFUSED = declare(
    "utilisation.manner_refused",
    409,
    "Rien n’a changé : c’est déjà noté, ou cette utilisation a été faite par quelqu’un d’autre.",
    "« Avec la personne » ou « à sa place » : dit une fois, par l’aidant qui a agi, et jamais changé ensuite.",
)
USAGER_ACCESS_REFUSED = declare(
    "usager.access_refused",
    403,
    "Ces informations ne correspondent à aucun mandat. Vérifiez la référence, le code et la date de naissance.",
    "Référence, code ou date de naissance faux ; ne jamais dire lequel.",
)
CODE_MISTYPED = declare(
    "usager.code_mistyped",
    422,
    "Ce code comporte une erreur de frappe. Vérifiez les 16 chiffres.",
    "Le chiffre de contrôle ne correspond pas ; l’essai n’est pas compté.",
)
TOO_MANY_LOOKUPS = declare(
    "verification.too_many",
    429,
    "Trop de demandes. Patientez avant de réessayer.",
    "Limite par mandat, par adresse ou générale atteinte.",
)
SIGNING_DATE_REFUSED = declare(
    "document.signing_date_refused",
    422,
    "Cette date n’est pas possible : la feuille n’a pu être signée ni avant son impression, ni après aujourd’hui.",
    "La date de signature écrite sur la feuille se situe entre l’impression et aujourd’hui.",
)
SCAN_OVERDUE = declare(
    "brouillon.scan_overdue",
    409,
    "La déclaration « exemplaire signé conservé » a plus de 7 jours. Ajoutez la feuille signée avant de conclure.",
    "Une déclaration vaut 7 jours ; ensuite il faut le scan ou la photographie de la feuille signée.",
)
NOT_READ_ALOUD = declare(
    "brouillon.not_read_aloud",
    409,
    "Lisez d’abord tout le texte à voix haute, jusqu’à la dernière partie.",
    "Devant un témoin, la lecture à voix haute du texte entier est exigée et inscrite au journal.",
)
WITNESS_REFUSED = declare(
    "brouillon.witness_refused",
    422,
    "Le témoin est une autre personne que l’aidant et que la personne qui donne le mandat. Écrivez ses prénom et nom.",
    "Le nom du témoin est celui de l’aidant ou de l’usager, ou n’est pas un nom.",
)
SAME_PERSON_UNANSWERED = declare(
    "brouillon.same_person_unanswered",
    409,
    "Dites d’abord s’il s’agit de la même personne que celle déjà connue de votre structure.",
    "Identité sur pièce : même nom, prénoms, date et lieu de naissance qu’un usager de la structure.",
)
IDENTITY_MISTYPED = declare(
    "brouillon.identity_mistyped",
    422,
    "Vérifiez le nom, les prénoms et la date de naissance : recopiez-les depuis la pièce.",
    "Identité sur pièce mal formée : nom sans lettre, date impossible ou pièce inconnue.",
)
SMS_NUMBER_UNVERIFIED = declare(
    "brouillon.sms_number_unverified",
    422,
    "Dites comment vous vous êtes assuré que ce numéro est bien celui de la personne.",
    "Le numéro auquel l’accord est demandé doit avoir été vérifié : au guichet, ou par un appel.",
)
SMS_WAITING = declare(
    "brouillon.sms_waiting",
    409,
    "Une demande attend déjà la réponse de la personne. Annulez-la pour en envoyer une autre.",
    "Une seule demande par SMS à la fois pour un brouillon.",
)
NOT_PRINTED = declare(
    "document.not_printed",
    409,
    "Imprimez d’abord l’exemplaire à signer.",
    "Aucun exemplaire n’a été imprimé pour ce brouillon.",
)
NO_ADDRESS = declare(
    "document.no_address",
    409,
    "Cette personne n’a pas donné d’adresse électronique. Imprimez-lui sa copie.",
    "La copie ne part qu’à l’adresse de l’usager lui-même, jamais à une autre.",
)
NOTHING_ENDED = declare(
    "document.nothing_ended",
    409,
    "Ce mandat est toujours en cours : il n’y a pas de fin à attester.",
    "L’attestation de fin se fait après la fin du mandat, ou d’une de ses démarches.",
)
IDEMPOTENCY_MISMATCH = declare(
    "verification.idempotency_mismatch",
    409,
    "Cette clé d’idempotence a déjà servi pour une autre demande.",
    "En-tête Idempotency-Key réutilisé avec un autre contenu : en générer une nouvelle par demande.",
)
RECEIPT_UNKNOWN = declare(
    "verification.receipt_unknown",
    404,
    "Ce reçu n’est plus modifiable : il n’est pas de nous, il a plus d’un jour, ou il ne concerne aucun mandat.",
    "La suite donnée se note pendant 24 heures, avec le reçu de la vérification.",
)
SUITE_UNREADABLE = declare(
    "verification.suite_unreadable",
    422,
    "Dites si la démarche est acceptée ou refusée ; si elle est refusée, choisissez le motif.",
    "Suite inconnue, refus sans motif, ou motif avec une acceptation.",
)
MESSAGES_TOO_MANY = declare(
    "message.too_many",
    429,
    "Trop de messages sont partis d’ici en peu de temps. Le vôtre est toujours dans la page : renvoyez-le dans "
    "quelques minutes, ou téléphonez.",
    "Cinq messages par heure et par adresse, deux cents en tout : rien n’est bloqué durablement.",
)
