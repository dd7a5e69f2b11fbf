"""What the usager is told of a mandat's life: each use, each correction, each stop.

The motif of an end is said to nobody: one text serves them all (DOMAIN §3.1).
"""

from mandats.domain.avis import declare

UTILISATION = declare(
    "utilisation",
    objet="Votre mandat {reference} a servi",
    texte=(
        "Le {jour}, {aidant}, de {structure}, a agi pour vous {maniere}{canal} : {organisme}, "
        "pour « {demarche} ».{fait}{suite} Référence du mandat : {reference}. "
        "Vous n’avez pas demandé cela ? Dites-le sur {page} ou au {accueil}."
    ),
    sms=(
        "Mandat {reference} : le {jour}, {structure} a agi pour vous ({organisme_court}, {demarche}).{suite} "
        "Pas demandé ? Appelez le {accueil}."
    ),
)
CORRECTION = declare(
    "correction",
    objet="Votre mandat {reference} : une utilisation notée par erreur",
    texte=(
        "{aidant}, de {structure}, signale une erreur dans ce qui avait été noté le {jour} pour votre mandat "
        "{reference} ({organisme}, « {demarche} »). Raison donnée : {raison}. La ligne reste sur votre relevé, marquée "
        "« corrigée ». Une question ? Appelez le {accueil}."
    ),
    sms=(
        "Mandat {reference} ({structure}) : une ligne notée le {jour} l’avait été par erreur, elle est corrigée. "
        "Une question ? Appelez le {accueil}."
    ),
)
FIN = declare(
    "fin",
    objet="Votre mandat {reference} a pris fin",
    texte=(
        "Votre mandat {reference}, confié à {structure}, a pris fin le {moment}. Plus personne ne peut s’en servir. "
        "Vous n’avez rien à faire. Une attestation se prend sur {page}, ou à la structure. Vous n’étiez pas d’accord ? "
        "Appelez le {accueil}."
    ),
    sms=(
        "Mandat {reference} ({structure}) : il a pris fin le {jour}, plus personne ne peut s’en servir. "
        "Une question ? Appelez le {accueil}."
    ),
)
FIN_PARTIELLE = declare(
    "fin_partielle",
    objet="Votre mandat {reference} : une démarche a pris fin",
    texte=(
        "Votre mandat {reference}, confié à {structure}, ne permet plus « {demarche} » depuis le {moment}. "
        "Le reste du mandat continue. Vous n’étiez pas d’accord ? Appelez le {accueil}."
    ),
    sms=(
        "Mandat {reference} ({structure}) : « {demarche} » a pris fin le {jour}. Le reste continue. "
        "Une question ? Appelez le {accueil}."
    ),
)
SUSPENSION = declare(
    "suspension",
    objet="Votre mandat {reference} est suspendu",
    texte=(
        "Votre mandat {reference}, confié à {structure}, est suspendu depuis le {moment}. "
        "Personne ne peut s’en servir. Vous seul pouvez le remettre en route, ou l’arrêter : "
        "sur {page}, par vos codes ou FranceConnect. "
        "Ce n’était pas vous ? Appelez le {accueil}."
    ),
    sms=(
        "Mandat {reference} ({structure}) : il est suspendu. Vous seul pouvez le remettre en route : {page}. "
        "Une question ? Appelez le {accueil}."
    ),
)
SUSPENSION_EXEMPLAIRE = declare(
    "suspension_exemplaire",
    objet="Votre mandat {reference} est suspendu",
    texte=(
        "Votre mandat {reference} est suspendu : {structure} n’a pas encore ajouté la feuille que vous avez signée. "
        "Vous n’avez rien à faire : il reprend quand elle l’ajoute. Vous pouvez aussi l’arrêter : {page}."
    ),
    sms=(
        "Mandat {reference} : suspendu. {structure} n’a pas encore ajouté la feuille que vous avez signée. Rien à "
        "faire : il reprend quand elle l’ajoute. Pour l’arrêter : {page} ou {accueil}."
    ),
)
REPRISE = declare(
    "reprise",
    objet="Votre mandat {reference} est remis en route",
    texte=(
        "Votre mandat {reference}, confié à {structure}, n’est plus suspendu depuis le {moment}. "
        "Ce n’était pas vous ? Appelez tout de suite le {accueil}."
    ),
    sms=("Mandat {reference} ({structure}) : il n’est plus suspendu. Ce n’était pas vous ? Appelez le {accueil}."),
)
CONTACT = declare(
    "contact",
    objet="Le téléphone de vos mandats a changé",
    texte=(
        "Le téléphone que vous aviez donné pour votre mandat {reference} vient de changer. Un téléphone fixe ne "
        "reçoit pas de message : nous vous l’écrivons donc. C’était bien vous ? Ne faites rien. Ce n’était pas "
        "vous ? Appelez le {accueil} : nous suspendons vos mandats tout de suite."
    ),
    sms="Mandat {reference} : le téléphone donné a changé. Ce n’était pas vous ? Appelez le {accueil}.",
)
REPONSE = declare(
    "reponse",
    objet="Votre mandat {reference} : réponse à votre désaccord",
    texte=(
        "{structure} répond à ce que vous avez signalé pour l’utilisation du {jour} (mandat {reference}) : {reponse} "
        "Vous pouvez arrêter ce mandat à tout moment : sur {page} ou au {accueil}."
    ),
    sms=(
        "Mandat {reference} ({structure}) : une réponse à votre désaccord vous attend sur {page}. "
        "Une question ? Appelez le {accueil}."
    ),
)
