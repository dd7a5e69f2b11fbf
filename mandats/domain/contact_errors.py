"""The errors about contacts that ``mandats`` declares."""

from aidants.domain.errors import declare

CONTACT_MISTYPED = declare(
    "contact.mistyped",
    422,
    "Ce contact n’est pas valable. Vérifiez ce qui est écrit. Exemple : prenom.nom@exemple.fr ou 06 12 34 56 78.",
    "Adresse ou numéro mal formé.",
)
CONTACT_MADE_UP = declare(
    "contact.made_up",
    422,
    "Ce contact semble inventé. Si la personne n’en a pas, laissez vide : son relevé lui sera remis sur papier.",
    "Adresse jetable ou réservée, numéro aux chiffres répétés ou en suite. Ne jamais inventer de contact.",
)
CONTACT_OF_STRUCTURE = declare(
    "contact.of_structure",
    422,
    "Ce contact est celui de votre structure. Il faut celui de la personne, ou rien.",
    "Contact égal à celui de la structure : la personne ne recevrait rien elle-même.",
)
CONTACT_SHARED = declare(
    "contact.shared",
    409,
    "Ce contact est déjà celui d’un aidant ou d’une autre personne. Il n’est pris que si tous deux sont d’accord.",
    "Contact égal à celui d’un aidant ou d’un autre usager : envoyer le code d’accord. Ne jamais dire de qui.",
)
CONTACT_LANDLINE_SHARED = declare(
    "contact.landline_shared",
    409,
    "Ce téléphone fixe est déjà celui d’un aidant ou d’une autre personne. Il n’est pris que si tous deux sont "
    "d’accord.",
    "Un fixe ne reçoit pas le code d’accord : l’autre personne donne le sien avec son volet, ou le service lui écrit. "
    "Ne jamais dire de qui.",
)
CONTACT_YOURS = declare(
    "contact.yours",
    403,
    "Ce contact est le vôtre : vous ne pouvez pas noter vous-même votre accord. Une ou un collègue le fait, ou la "
    "personne le demande sur sa propre page.",
    "Un aidant qui donne son propre contact pour une personne aidée, même de sa famille, ne recueille pas son accord.",
)
CONTACT_WRITTEN_ALREADY = declare(
    "contact.written_already",
    409,
    "L’autre personne a déjà reçu cette demande, ou va la recevoir. Attendez sa réponse.",
    "Une demande écrite à la fois ; son code sert trente jours. La lettre s’imprime à l’accueil téléphonique.",
)
CONTACT_FREE = declare(
    "contact.free",
    409,
    "Ce numéro n’est plus celui d’une autre personne. Enregistrez-le de nouveau.",
    "Le numéro a été libéré pendant la saisie.",
)
CONTACT_SHARED_IN_COUPLE = declare(
    "contact.shared_in_couple",
    409,
    "L’autre personne du couple a donné le même contact. Il est pris si toutes deux sont d’accord.",
    "Les deux personnes du rendez-vous cochent leur accord, sur la page « contact partagé ».",
)
CONTACT_HOLDER_REFUSED = declare(
    "contact.holder_refused",
    403,
    "Ces informations ne permettent pas de donner l’accord. Vérifiez la référence, le code de révocation et la date "
    "de naissance de l’autre personne.",
    "Référence, code ou date faux, ou contact qui n’est pas le sien : la réponse est la même. Un volet perdu se "
    "réimprime depuis la fiche de la personne.",
)
CONTACT_ASKED_ENOUGH = declare(
    "contact.asked_enough",
    429,
    "Trois codes sont déjà partis. Attendez une heure, ou demandez l’accord autrement.",
    "Trois codes d’accord par heure au plus, pour ne pas importuner qui tient ce contact.",
)
CONTACT_NO_SMS = declare(
    "contact.no_sms",
    422,
    "Ce numéro est celui d’un téléphone fixe : il ne reçoit pas de SMS.",
    "Proposer la signature dessinée, le papier ou le témoin ; ou un téléphone mobile de la personne.",
)
CONTACT_CODE_REFUSED = declare(
    "contact.code_refused",
    403,
    "Ce code n’est pas le bon, ou il est trop ancien.",
    "Code d’accord ou d’annulation faux, ancien, ou cinq fois faux.",
)
CONTACT_GIVEN_BY_FRANCECONNECT = declare(
    "contact.given_by_franceconnect",
    409,
    "FranceConnect a donné l’adresse de cette personne : elle seule la change, sur FranceConnect.",
    "L’adresse que FranceConnect donne lui est renvoyée telle quelle.",
)
