"""What the usager is told of the limits of their mandats: the coming end of a long one, a reserved act just done."""

from mandats.domain.avis import declare

TERME = declare(
    "terme",
    objet="Votre mandat {reference} se termine le {jour}",
    texte=(
        "Votre mandat {reference}, confié à {structure}, se termine à la fin du {jour}. Il s’arrête tout seul : "
        "si vous n’en avez plus besoin, ne faites rien. Pour le renouveler, allez vous-même voir la structure : "
        "personne ne peut le faire sans vous. Une question ? Appelez le {accueil}."
    ),
    sms=(
        "Mandat {reference} ({structure}) : il se termine à la fin du {jour}. Rien à faire. Pour le renouveler, "
        "allez voir la structure vous-même. Une question ? {accueil}."
    ),
)
ACTE_RESERVE = declare(
    "acte_reserve",
    objet="Votre mandat {reference} : un acte important vient d’être fait",
    texte=(
        "{structure} vient de faire pour vous un acte que votre mandat {reference} nomme exprès : {acte}. "
        "Auprès de : {organisme}. Vous n’avez pas demandé cela ? Téléphonez tout de suite au {accueil} : nous "
        "suspendons le mandat tout de suite."
    ),
    sms=(
        "Mandat {reference} : {structure} a fait ceci pour vous : {acte}. Pas demandé ? Appelez tout de suite le "
        "{accueil} : nous suspendons le mandat."
    ),
)
