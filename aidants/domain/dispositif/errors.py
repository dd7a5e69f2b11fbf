"""Refusals of the scheme, from the application to the instalments."""

from aidants.domain.errors import declare

KIND_CCAS = declare(
    "candidature.kind_ccas",
    422,
    "Un CCAS, un CIAS ou une caisse des écoles ne dépose pas lui-même. Sa commune ou sa communauté de communes dépose, "
    "et il peut être le lieu d’accueil.",
    "Le CCAS n’est pas dans la liste de l’article L. 5111-1 du CGCT. Orienter vers la commune.",
)
KIND_ETAT = declare(
    "candidature.kind_etat",
    422,
    "Les services et établissements de l’État ne peuvent pas recevoir ces postes.",
    "Le dispositif s’adresse aux collectivités, à leurs groupements, puis au secteur privé et associatif.",
)
KIND_PARTICULIER = declare(
    "candidature.kind_particulier",
    422,
    "Un particulier ne peut pas employer un conseiller. Pour devenir conseiller, inscrivez-vous au vivier.",
    "La personne cherche sans doute un emploi : lui donner l’adresse du vivier.",
)
KIND_WITHOUT_CALL = declare(
    "candidature.kind_without_call",
    422,
    "Aucun appel n’est prévu pour ce type de structure.",
    "Vérifier le type choisi et la liste des appels.",
)
CALL_NOT_OPEN_YET = declare(
    "candidature.call_not_open_yet",
    422,
    "L’appel pour ce type de structure n’est pas encore ouvert. Votre dossier est gardé : déposez-le à l’ouverture.",
    "Donner la date d’ouverture, qui est sur la première page.",
)
CALL_CLOSED = declare(
    "candidature.call_closed",
    422,
    "L’appel pour ce type de structure est terminé.",
    "Donner la date de fin, qui est sur la première page.",
)
ALL_RECRUITED = declare(
    "dispositif.all_recruited",
    409,
    "Tous les postes du dispositif sont pourvus : aucun recrutement ne peut plus être fait. "
    "Si un poste se libère, il sera de nouveau possible d’en faire.",
    "Le nombre national de recrutements est atteint. Une rupture en libère un.",
)
NETWORK_UNKNOWN = declare(
    "candidature.network_unknown",
    422,
    "Choisissez le réseau dans la liste. Les autres associations déposent comme associations.",
    "Seuls les réseaux de la liste ont des postes à eux.",
)
SIRET_WRONG = declare(
    "candidature.siret_wrong",
    422,
    "Ce SIRET n’est pas valable : il a 14 chiffres, qui se vérifient entre eux. Recopiez-le d’un document officiel.",
    "Numéro mal recopié. On le trouve sur annuaire-entreprises.data.gouv.fr.",
)
SIRET_CLOSED = declare(
    "candidature.siret_closed",
    422,
    "Le registre national dit que cet établissement est fermé. Donnez le SIRET d’un établissement ouvert.",
    "Établissement cessé au registre. Demander le SIRET du siège.",
)
POSTS_OUT_OF_RANGE = declare(
    "candidature.posts_out_of_range",
    422,
    "Le nombre de postes demandé n’est pas possible : la page du projet dit combien une candidature peut en demander.",
    "Au-delà du nombre fixé avec les chiffres de l’appel, il s’agit d’un réseau ou d’une erreur de saisie.",
)
NO_PLACE = declare(
    "candidature.no_place",
    422,
    "Indiquez au moins un lieu où le conseiller recevra les personnes.",
    "L’étape « Lieux d’accueil » est vide.",
)
DOSSIER_INCOMPLETE = declare(
    "candidature.incomplete",
    422,
    "Il manque des réponses dans votre dossier. Les étapes à compléter sont indiquées.",
    "Ouvrir le dossier et compléter les étapes marquées « à compléter ».",
)
DOSSIER_FIXED = declare(
    "candidature.fixed",
    409,
    "Ce dossier est déjà déposé : il ne change plus. Écrivez-nous dans les messages du dossier.",
    "Le dossier est déposé, retenu, refusé ou abandonné.",
)
LINK_GONE = declare(
    "candidature.link_gone",
    410,
    "Ce lien a déjà servi ou n’est plus valable. Demandez-en un autre avec votre adresse électronique.",
    "Le lien sert une fois, pendant sept jours. La personne en demande un autre sur la même page.",
)
LINKS_TOO_MANY = declare(
    "candidature.links_too_many",
    429,
    "Trop de liens demandés. Patientez une heure avant d’en demander un autre.",
    "Plus de vingt liens demandés depuis la même connexion en une heure.",
)
MESSAGE_EMPTY = declare(
    "candidature.message_empty",
    422,
    "Votre message est vide, ou le dossier n’est pas encore déposé.",
    "Les messages commencent au dépôt.",
)
AVIS_ALREADY_GIVEN = declare(
    "avis_prefet.already_given",
    409,
    "L’avis sur cette candidature est déjà enregistré, ou la décision est prise.",
    "Passé le délai, l’avis est noté « sans avis » ; il peut encore être donné tant que le comité n’a rien décidé.",
)
AVIS_AWAITED = declare(
    "comite.avis_awaited",
    409,
    "L’avis de la préfecture est encore attendu : le comité se prononce après lui, ou après le délai.",
    "Attendre l’avis ou la fin du délai.",
)
NOT_UNDER_REVIEW = declare(
    "comite.not_under_review",
    409,
    "Cette candidature n’est plus à l’examen, ou elle est déjà à l’ordre du jour d’un comité.",
    "Recharger la page : quelqu’un d’autre a peut-être décidé.",
)
COMITE_CLOSED = declare(
    "comite.closed",
    409,
    "Ce comité est clos : son procès-verbal est établi et ne change plus.",
    "Ouvrir le comité suivant.",
)
COMITE_UNDECIDED = declare(
    "comite.undecided",
    409,
    "Le comité ne peut pas être clos : une candidature attend sa décision, ou l’ordre du jour est vide.",
    "Décider de chaque candidature, ou la retirer de l’ordre du jour.",
)
COMITE_EXISTS = declare(
    "comite.exists",
    409,
    "Un comité est déjà prévu ce mois-là.",
    "Le comité est mensuel : l’ouvrir plutôt que d’en créer un second.",
)
COMITE_PAST = declare(
    "comite.past",
    422,
    "Cette date est passée : un comité se prévoit pour aujourd’hui ou plus tard.",
    "Vérifier le jour et l’année.",
)
COMITE_NOT_EMPTY = declare(
    "comite.not_empty",
    409,
    "Ce comité ne peut pas être retiré : une candidature est à son ordre du jour.",
    "Retirer d’abord les candidatures de l’ordre du jour. Un comité qui a décidé ne se retire pas.",
)
REASON_NEEDED = declare(
    "comite.reason_needed",
    422,
    "Écrivez le motif : il est envoyé à la structure.",
    "Un refus, un examen complémentaire et un abandon se motivent.",
)
POSTS_NEEDED = declare(
    "comite.posts_needed",
    422,
    "Indiquez le nombre de postes retenus : au moins un, au plus ceux qui sont demandés.",
    "Entre un et le nombre demandé.",
)
QUOTA_UNKNOWN = declare(
    "quota.unknown",
    409,
    "Aucun nombre de postes n’est fixé pour ce département ou ce réseau.",
    "Fixer d’abord le quota, page « Postes par département et par réseau ».",
)
QUOTA_EXCEEDED = declare(
    "quota.exceeded",
    409,
    "Il ne reste pas assez de postes dans ce département ou ce réseau : la page « Postes par "
    "département et par réseau » dit combien sont retenus.",
    "Retenir moins de postes, ou en déplacer d’un autre département, page « Postes par département et par réseau ».",
)
POSTE_NOT_FREE = declare(
    "poste.not_free",
    409,
    "Ce poste n’est pas libre : quelqu’un y est recruté, ou il a été rendu.",
    "Choisir un autre poste, ou attendre la fin du contrat.",
)
POSTE_TAKEN = declare(
    "poste.taken",
    409,
    "Ce poste ne peut pas être rendu : quelqu’un y est recruté, ou il l’est déjà.",
    "Un poste se rend quand personne n’y est : enregistrer d’abord la rupture, ou revenir sur le recrutement.",
)
RELATION_NOT_POSSIBLE = declare(
    "vivier.relation_not_possible",
    409,
    "Ce choix n’est plus possible : la situation de cette personne a changé. Rechargez la page.",
    "Une autre structure a pu recruter la personne, ou elle s’est retirée du vivier.",
)
CANDIDAT_TAKEN = declare(
    "vivier.candidat_taken",
    409,
    "Cette personne vient d’être recrutée par une autre structure.",
    "Une personne n’est recrutée qu’une fois. Chercher quelqu’un d’autre dans le vivier.",
)
CV_REFUSED = declare(
    "vivier.cv_refused",
    422,
    "Ce fichier n’est pas un PDF lisible de 5 Mo au plus. Enregistrez votre CV en PDF, puis réessayez.",
    "Le fichier est vérifié par son contenu, pas par son nom.",
)
PROFILE_INCOMPLETE = declare(
    "vivier.profile_incomplete",
    422,
    "Complétez votre profil avant de le montrer : nom, commune, compétences et date.",
    "Les champs manquants sont indiqués sur la page.",
)
CONTRACT_TOO_SHORT = declare(
    "contrat.too_short",
    422,
    "Le contrat est trop court : dans le privé, il a au moins la durée que dit l’appel ; dans le public, un mois.",
    "Allonger le contrat, ou ne pas demander le financement.",
)
CONTRACT_DATES = declare(
    "contrat.dates",
    422,
    "Les dates ne conviennent pas : la fin vient après le début. Un contrat à durée déterminée a une date de fin.",
    "Vérifier les deux dates et le type de contrat.",
)
CONTRACT_START = declare(
    "contrat.start",
    422,
    "Le début ne convient pas : au plus tôt le jour où l’appel s’est ouvert, au plus tard dans douze mois.",
    "Vérifier l’année du début. « Appels à candidatures » dit quand chaque appel s’est ouvert.",
)
CONTRACT_COST = declare(
    "contrat.cost",
    422,
    "Le coût pour l’employeur ne peut pas être inférieur au salaire brut.",
    "Le coût comprend le salaire brut et les cotisations de l’employeur.",
)
CONTRACT_NOT_STANDING = declare(
    "contrat.not_standing",
    409,
    "Ce contrat est déjà rompu, ou la date n’est pas comprise dans le contrat.",
    "Vérifier la date de rupture : entre le début et la fin du contrat.",
)
CONVENTION_NOT_SIGNED = declare(
    "contrat.convention_not_signed",
    409,
    "La convention n’est pas signée, ou elle l’est déjà.",
    "Signer d’abord la convention ; recharger la page si un collègue vient de le faire.",
)
INSTALMENT_NOT_DUE = declare(
    "versement.not_due",
    409,
    "Ce versement n’est pas à payer : sa date n’est pas venue, il est déjà payé ou il est annulé.",
    "Recharger la page : un collègue vient peut-être de le payer.",
)
FIGURES_WRONG = declare(
    "parametres.wrong",
    422,
    "Ces chiffres ne vont pas ensemble : les trois parts font 100 %, les versements se suivent, et le contrat long est "
    "plus long que le contrat court.",
    "Vérifier les trois parts, l’ordre des versements et les durées des contrats privés.",
)
FIGURES_PAST = declare(
    "parametres.past",
    422,
    "De nouveaux chiffres valent à partir d’aujourd’hui ou plus tard : ce qui est décidé garde les siens.",
    "La date d’effet est passée.",
)
TOTAL_BELOW_RECRUITED = declare(
    "enveloppe.below_recruited",
    409,
    "Plus de conseillers sont déjà recrutés : le nombre national ne peut pas être plus petit.",
    "Le nombre demandé est inférieur aux recrutements en cours.",
)
