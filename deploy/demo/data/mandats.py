"""Usagers and mandats of the demonstration, in every state."""

import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from PIL import Image, ImageDraw

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.domain.vault import keyed_digest
from deploy.demo.franceconnect.claims import pairwise_sub
from deploy.demo.franceconnect.identities import IDENTITIES
from mandats.consentement.ecran import consent_by_drawing
from mandats.consentement.piece_vue import identify_by_document
from mandats.domain.durees import local_date
from mandats.domain.identite import Identite, PreuveIdentite
from mandats.domain.motifs import MotifDeFin
from mandats.domain.perimetre import DemarcheChoisie, Perimetre
from mandats.domain.pieces import Piece
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.brouillons import freeze, identify, open_brouillon
from mandats.registre.services.carte import answer_card
from mandats.registre.services.contacts_bureau import give_contacts
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.sign import sign_mandat
from mandats.registre.services.suspend import suspend_mandat
from mandats.registre.services.uses import declare_utilisation

After = Callable[[Mandat, Acteur, datetime], object]


class DemoRefused(RuntimeError):
    """A rule refused the demonstration's own data."""


def _nothing(mandat: Mandat, acteur: Acteur, now: datetime) -> object:
    return None


def _usager(mandat: Mandat) -> Acteur:
    return Acteur(Kind.USAGER, mandat.usager_id, None, "usager")


def _revoked(mandat: Mandat, acteur: Acteur, now: datetime) -> object:
    return revoke_mandat(mandat.id, _usager(mandat), way="page_usager", now=now)


def _renounced(mandat: Mandat, acteur: Acteur, now: datetime) -> object:
    referent = replace(acteur, role=Role.REFERENT)
    return revoke_mandat(mandat.id, referent, way="referent", now=now, motif=MotifDeFin.RENONCIATION)


def _narrowed(mandat: Mandat, acteur: Acteur, now: datetime) -> object:
    first = mandat.autorisations.order_by("demarche")[0]
    return revoke_autorisation(first.id, _usager(mandat), way="page_usager", now=now)


def _suspended(mandat: Mandat, acteur: Acteur, now: datetime) -> object:
    return suspend_mandat(mandat.id, _usager(mandat), way="telephone", now=now)


def _used(mandat: Mandat, acteur: Acteur, now: datetime) -> object:
    row = mandat.autorisations.order_by("demarche")[0]
    return declare_utilisation(
        row.id,
        acteur,
        channel="telephone",
        body="CAF des Hautes-Alpes",
        description="Appel pour connaître l’avancement du dossier. Une pièce reste à envoyer.",
        used_on=local_date(now, mandat.time_zone),
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Story:
    """One mandat: who, by whom, for what, since when, and what became of it."""

    usager: str
    aidant: str
    demarches: dict[str, list[str]]
    duree: str
    days_ago: int
    after: After = _nothing


STORIES = (
    Story("madame-d", "nadia@ccas.example", {"social": ["demande d’APA"], "famille": []}, "J31", 60),
    Story("nom-compose", "thomas@ccas.example", {"argent": ["déclaration de revenus"]}, "J1", 45),
    Story("accents", "nadia@ccas.example", {"travail": ["inscription à France Travail"]}, "J182", 40, _used),
    Story("presume-annee", "nadia@ccas.example", {"logement": [], "social": []}, "J365", 33, _used),
    Story("corse", "claire@vallee.example", {"transports": ["carte grise"]}, "J31", 28, _revoked),
    Story("presume-mois", "hugo@vallee.example", {"etranger": ["titre de séjour"]}, "J365", 25, _used),
    Story("outre-mer", "anais@reunion.example", {"papiers": ["demande de passeport"]}, "J182", 21, _used),
    Story("etranger", "nadia@ccas.example", {"famille": [], "logement": [], "social": []}, "J365", 18, _narrowed),
    Story(
        "noumea",
        "anais@reunion.example",
        {"justice": ["extrait de casier judiciaire"]},
        "J31",
        15,
        _renounced,
    ),
    Story("sans-courriel", "thomas@ccas.example", {"social": ["carte Vitale"], "argent": []}, "J182", 12, _used),
    Story("martin-sophie", "sylvie@ccas.example", {"logement": ["demande d’APL"]}, "J182", 9, _suspended),
    Story(
        "martin-nicolas",
        "nadia@ccas.example",
        {"logement": ["demande d’APL"], "travail": []},
        "J31",
        5,
        _used,
    ),
    Story("madame-d", "nadia@ccas.example", {"social": ["demande d’APA"], "logement": []}, "J365", 2),
)


def demo_identite(key: str) -> Identite:
    """Return a fictitious usager exactly as FranceConnect would tell them to this service."""
    claims = IDENTITIES[key].claims()
    sub = pairwise_sub(claims, settings.FRANCECONNECT_CLIENT_ID)
    return Identite(
        sub_digest=keyed_digest(settings.DIGEST_KEY, "fc-sub", sub),
        given_name=claims["given_name"],
        family_name=claims["family_name"],
        birthdate=claims["birthdate"],
        gender=claims["gender"],
        birthplace=claims["birthplace"],
        birthcountry=claims["birthcountry"],
        email=claims.get("email", ""),
        preferred_username=claims.get("preferred_username", ""),
    )


def load_mandats(acteurs: dict[str, Acteur], now: datetime) -> None:
    """Live every story, oldest first, then leave two brouillons on the way."""
    for story in STORIES:
        _live(story, acteurs[story.aidant], now - timedelta(days=story.days_ago))
    nadia = acteurs["nadia@ccas.example"]
    open_brouillon(
        nadia, Perimetre(({"code": "papiers", "formalites": []},), "J31"), now, shown_for=nadia.known_structure_id
    )
    _consented(Story("apostrophe", "", {"papiers": []}, "J31", 0), nadia, now, consents=False)


def _live(story: Story, acteur: Acteur, then: datetime) -> None:
    mandat = _signed(_consented(story, acteur, then), acteur, then)
    story.after(mandat, acteur, then + timedelta(hours=2))


def _signed(brouillon: Brouillon, acteur: Acteur, then: datetime) -> Mandat:
    mandat = sign_mandat(brouillon.id, acteur, then + timedelta(minutes=6))
    if isinstance(mandat, Denied):
        raise DemoRefused(f"demo data refused: {mandat.reason.code}")
    produce_document(mandat.id, acteur, then + timedelta(minutes=6))
    return mandat


def concluded_by_document(story: Story, person: Identite, telephone: str, acteur: Acteur, now: datetime) -> Mandat:
    """Live the story of somebody whose identity document was seen, who has a telephone at most; return the mandat."""
    then = now - timedelta(days=story.days_ago)
    brouillon = _opened(story, acteur, then)
    identify_by_document(brouillon.id, Piece.CARTE_IDENTITE, person, acteur, then + timedelta(minutes=2))
    given = give_contacts(brouillon.id, "", telephone, acteur, then + timedelta(minutes=2))
    if not given or isinstance(given, dict):
        raise DemoRefused("demo data refused: contacts")
    _agreed(brouillon, acteur, then)
    return _signed(brouillon, acteur, then)


def _consented(story: Story, acteur: Acteur, then: datetime, consents: bool = True) -> Brouillon:
    brouillon = _opened(story, acteur, then)
    identite = demo_identite(story.usager)
    preuve = PreuveIdentite("franceconnect", "eidas1", identite.sub_digest, secrets.token_hex(32))
    identify(brouillon.id, identite, preuve, acteur, then + timedelta(minutes=2))
    if consents:
        _agreed(brouillon, acteur, then)
    else:
        freeze(brouillon.id, acteur, then + timedelta(minutes=3))
    return brouillon


def _opened(story: Story, acteur: Acteur, then: datetime) -> Brouillon:
    chosen: tuple[DemarcheChoisie, ...] = tuple(
        {"code": code, "formalites": named} for code, named in story.demarches.items()
    )
    brouillon = open_brouillon(acteur, Perimetre(chosen, story.duree), then, shown_for=acteur.known_structure_id)
    if isinstance(brouillon, Denied):
        raise DemoRefused(f"demo data refused: {brouillon.reason.code}")
    answer_card(brouillon.id, acteur, concerned=False, now=then + timedelta(minutes=1))
    return brouillon


def _agreed(brouillon: Brouillon, acteur: Acteur, then: datetime) -> None:
    texts = freeze(brouillon.id, acteur, then + timedelta(minutes=3))
    if not isinstance(texts, Denied):
        consent_by_drawing(brouillon.id, _drawing(), texts.text_sha256, acteur, then + timedelta(minutes=5))


def _drawing() -> bytes:
    """Return a scribble that stands for a signature."""
    picture = Image.new("RGBA", (480, 160), (0, 0, 0, 0))
    points = [(20 + 16 * step, 80 + secrets.randbelow(90) - 45) for step in range(28)]
    ImageDraw.Draw(picture).line(points, fill="black", width=4, joint="curve")
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()
