"""The doors that each role finds on its home page and in its menu (DOMAIN §4): a table, so that none is forgotten.

Opens nothing: each page asks for the role again.  A new page is one line here, under the role that it is for first.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from aidants.comptes.fonctions import roles_held
from aidants.domain.roles import Role

# What each space is called, in the order in which somebody with several roles finds them.
SPACES = {
    Role.REFERENT: "Votre structure",
    Role.INSTRUCTEUR: "Instruction",
    Role.PREFECTURE: "Préfecture",
    Role.OPERATEUR: "Banque des Territoires",
    Role.ORGANISME: "Organisme de formation",
    Role.ACCUEIL: "Accueil du service",
    Role.ADMINISTRATEUR: "Administration du service",
}


@dataclass(frozen=True, slots=True)
class Door:
    """One page: for which roles, where (the name of its address), in which words; ``menu`` if it stands there too."""

    roles: frozenset[Role]
    route: str
    title: str
    words: str
    menu: str = ""


@dataclass(frozen=True, slots=True)
class Space:
    """What one role of somebody opens."""

    title: str
    doors: list[Door]


def _door(roles: Collection[Role], route: str, title: str, words: str, menu: str = "") -> Door:
    return Door(frozenset(roles), route, title, words, menu)


_REFERENT, _INSTRUCTEUR, _PREFECTURE, _OPERATEUR = Role.REFERENT, Role.INSTRUCTEUR, Role.PREFECTURE, Role.OPERATEUR
_ORGANISME, _ACCUEIL, _ADMINISTRATEUR = Role.ORGANISME, Role.ACCUEIL, Role.ADMINISTRATEUR
_BOTH = (_INSTRUCTEUR, _ADMINISTRATEUR)

DOORS = (
    # referent
    _door([_REFERENT], "mandats:alertes:list", "Alertes", "Ce qui sort de l’ordinaire dans l’équipe.", "Alertes"),
    _door([_REFERENT], "aidants:team", "Équipe", "Qui en est, qui est attendu, qui a besoin d’aide.", "Équipe"),
    _door([_REFERENT], "mandats:figures", "Chiffres", "Mandats et utilisations, jamais pour qui.", "Chiffres"),
    _door([_REFERENT], "aidants:structure_perimeter", "Démarches", "Ce que la structure propose.", "Démarches"),
    _door([_REFERENT], "mandats:objections", "Désaccords", "Ce que des personnes n’ont pas demandé.", "Désaccords"),
    _door([_REFERENT], "mandats:renounce", "Renoncer à un mandat", "Par sa référence ; la personne en est avertie."),
    _door([_REFERENT], "aidants:journal_structure", "Journal", "Qui a fait quoi, sans aucun nom d’usager.", "Journal"),
    _door([_REFERENT], "aidants:postes", "Postes de conseiller", "Chercher, recruter, suivre les contrats."),
    _door([_REFERENT], "aidants:statistics", "Activité", "Ce que l’équipe a fait, mois par mois."),
    _door([_REFERENT], "aidants:report_export", "Export de l’activité", "Un fichier dans la forme de La Coop."),
    _door([_REFERENT], "aidants:kits", "Kits d’inclusion", "Commander, dire ce qui est arrivé."),
    # instructeur
    _door(
        _BOTH,
        "mandats:administration:droits",
        "Droits des personnes",
        "Copies, corrections, effacements, dossiers à rapprocher : toujours à deux.",
        "Droits des personnes",
    ),
    _door(
        [_INSTRUCTEUR],
        "mandats:alertes:list",
        "Alertes",
        "Ce qui sort de l’ordinaire. Une alerte ne sanctionne pas.",
        "Alertes",
    ),
    _door([_INSTRUCTEUR], "mandats:objections", "Désaccords", "Ce que des personnes disent ne pas avoir demandé."),
    _door([_INSTRUCTEUR], "aidants:journal_search", "Journal", "Qui a fait quoi, quand, pour qui.", "Journal"),
    _door(
        [_INSTRUCTEUR],
        "aidants:journal_refusals",
        "Refus comptés",
        "Les essais d’inconnus, comptés par minute.",
        "Refus comptés",
    ),
    _door(
        _BOTH, "aidants:structure_list", "Structures", "Créer, renommer, désactiver, fusionner, fermer.", "Structures"
    ),
    _door(
        _BOTH,
        "mandats:closure",
        "Fin d’une structure",
        "Fermeture, liquidation, habilitation perdue : tous ses mandats prennent fin.",
    ),
    _door(_BOTH, "mandats:refus", "Mandats refusés", "Pourquoi des administrations en refusent, en nombres."),
    _door(
        _BOTH,
        "aidants:find_person",
        "Aider quelqu’un à revenir",
        "Se porter garant de qui ne peut plus entrer, rouvrir un compte fermé pour absence.",
    ),
    _door(
        [_INSTRUCTEUR],
        "aidants:dossier_queue",
        "Dossiers d’habilitation",
        "Structures hors dispositif : décider, écrire.",
    ),
    _door([_INSTRUCTEUR], "aidants:organismes", "Organismes de formation", "Agréer, rattacher des agents."),
    _door([_INSTRUCTEUR], "aidants:habilitation_find", "Droit d’une personne", "Formation, certificat, retrait."),
    _door(
        [_INSTRUCTEUR],
        "aidants:instruction",
        "Candidatures",
        "Les structures qui demandent des conseillers.",
        "Candidatures",
    ),
    _door([_INSTRUCTEUR], "aidants:comites", "Comités de sélection", "Ordre du jour, décisions, procès-verbaux."),
    _door([_INSTRUCTEUR], "aidants:quotas", "Postes par département et par réseau", "Et les dates des appels."),
    _door(_BOTH, "aidants:parametres", "Chiffres de l’appel", "Montants, durées, délais, nombre de postes."),
    _door([_INSTRUCTEUR], "aidants:pool_overview", "Vivier", "Qui est disponible, où, et où en sont les recrutements."),
    _door([_INSTRUCTEUR, _OPERATEUR], "aidants:budget", "Budget", "Publié, engagé, payé."),
    _door(
        [_INSTRUCTEUR, _OPERATEUR, _ADMINISTRATEUR],
        "mandats:pilotage:nation",
        "Tableau de bord",
        "Postes, formation, activité, mandats, argent : la nation et chaque département.",
    ),
    _door([_INSTRUCTEUR], "aidants:kits_to_send", "Kits à envoyer", "Ce que les structures ont commandé."),
    # prefecture
    _door([_PREFECTURE], "aidants:prefecture", "Candidatures du département", "Votre avis, avant le délai.", "Avis"),
    _door([_PREFECTURE], "mandats:pilotage:mine", "Tableau de bord", "Votre département en chiffres."),
    # operateur
    _door(
        [_OPERATEUR], "aidants:conventions", "Conventions et versements", "Ce qui est à signer, à payer.", "Conventions"
    ),
    # organisme
    _door(
        [_ORGANISME], "aidants:organisme", "Sessions et présences", "Ouvrir des sessions, marquer chaque demi-journée."
    ),
    _door([_ORGANISME], "aidants:organisme_results", "Certification", "Saisir ou importer les résultats."),
    # accueil
    _door(
        [_ACCUEIL],
        "mandats:accueil",
        "Accueil téléphonique",
        "Suspendre pour une personne qui téléphone, formulaires reçus, lettres à poster.",
        "Accueil téléphonique",
    ),
    _door(
        [_ACCUEIL, _ADMINISTRATEUR],
        "aidants:letters",
        "Lettres à imprimer",
        "Imprimer les lettres qui portent un code.",
        "Lettres à imprimer",
    ),
    _door([_ACCUEIL], "aidants:call_receive", "Ligne nationale", "Mettre un appel dans la file de son département."),
    # administrateur
    _door(
        [_ADMINISTRATEUR],
        "mandats:end_by_proof",
        "Décès, tutelle ou insolvabilité",
        "Mettre fin à tous les mandats d’une personne, sur preuve.",
    ),
    _door(
        [_ADMINISTRATEUR],
        "aidants:roles",
        "Fonctions nationales",
        "Donner une fonction, la retirer ; deux personnes pour un administrateur.",
        "Fonctions nationales",
    ),
    _door([_ADMINISTRATEUR], "oidc:registry", "Sites", "FranceConnect et les administrations connectées."),
    _door([_ADMINISTRATEUR], "mandats:administration:archive", "Archive", "Mandats finis depuis plus d’un an."),
    _door(
        [_ADMINISTRATEUR], "aidants:imports", "Imports", "Structures et aidants d’un fichier, vérifié ligne à ligne."
    ),
    _door([_ADMINISTRATEUR], "admin:index", "Tables", "Lire des tables, sans rien y changer."),
    _door([_ADMINISTRATEUR], "aidants:cards", "Cartes", "Importer des cartes à codes, en retirer une."),
)


def doors_of(roles: Collection[str]) -> list[Door]:
    """Return the doors of somebody who holds ``roles``, in the table's order; a page that two roles open, once."""
    seen: dict[str, Door] = {}
    for door in DOORS:
        if set(roles) & door.roles:
            seen.setdefault(door.route, door)
    return list(seen.values())


def spaces_of(roles: Collection[str]) -> list[Space]:
    """Return the spaces of somebody who holds ``roles``; a page that several of their roles open stands once."""
    left = doors_of(roles)
    found = []
    for role, title in SPACES.items():
        if role in roles:
            found.append(Space(title, [door for door in left if role in door.roles]))
            left = [door for door in left if role not in door.roles]
    return found


def menu(request: HttpRequest) -> dict[str, Any]:
    """Return the doors of the menu: those of the place acted for, or of the national roles of who has no place."""
    return {"menu_doors": SimpleLazyObject(lambda: list(_in_menu(request)))}


def _in_menu(request: HttpRequest) -> Iterator[Door]:
    place = getattr(request, "affectation", None)
    roles = ({_REFERENT} if place.is_referent else set()) if place else roles_held(request)
    return (door for door in doors_of(roles) if door.menu)
