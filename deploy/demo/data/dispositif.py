"""The scheme in the Hautes-Alpes, from the published figures; structures and persons are invented but for the networks.

21 posts of the department, three of them from late applications (the Département 1 more, the Mission Locale 1,
Initiative Alpes Provence 1); beside them the four posts of large networks (Emmaüs Connect 3, Croix-Rouge 1).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aidants.dispositif import avis, candidatures, comites, contrats, messages, quotas, vivier
from aidants.dispositif.models import Candidat, Candidature, MiseEnRelation, Poste, Versement
from aidants.domain.acteur import ANONYME, SYSTEME, Acteur
from aidants.domain.activite.dossier import DECLARATIONS
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.etats import EtatCandidature, EtatRelation, SensAvis
from aidants.domain.dispositif.financement import MotifRupture, TypeContrat
from aidants.domain.months import add_months
from aidants.domain.siret import is_siret
from aidants.domain.territoires.communes import find_commune
from aidants.habilitation.declarations import declare_structure
from deploy.demo.data.mandats import DemoRefused


@dataclass(frozen=True, slots=True)
class Applicant:
    """One structure and its application; ``siret`` of nine digits and more is completed by its check."""

    name: str
    kind: str
    siret: str
    postcode: str
    city: str
    asked: int
    retained: int
    reseau: str = ""


FIRST = (
    Applicant("Département des Hautes-Alpes", "collectivite", "9999996000001", "05000", "Gap", 5, 4),
    Applicant("Communauté de communes des Hauts Cols", "groupement", "9999996000002", "05100", "Briançon", 3, 3),
    Applicant("Communauté de communes des Trois Torrents", "groupement", "9999996000003", "05600", "Guillestre", 2, 2),
    Applicant("Communauté de communes du Grand Lac", "groupement", "9999996000004", "05200", "Embrun", 3, 2),
    Applicant("Commune de Belle-Combe", "collectivite", "9999996000005", "05400", "Veynes", 2, 2),
    Applicant("Syndicat mixte des Deux Vallées", "groupement", "9999996000006", "05300", "Laragne-Montéglin", 2, 2),
    Applicant("Association Le Fil des Alpages", "association", "9999996000007", "05000", "Gap", 1, 1),
    Applicant("France Services de la Vallée", "groupement", "9999992040001", "05100", "Briançon", 1, 1),
    Applicant("Commune de Démonstration, pour son CCAS", "collectivite", "9999991050001", "05000", "Gap", 1, 1),
)
LATE = (
    Applicant("Département des Hautes-Alpes", "collectivite", "9999996000001", "05000", "Gap", 1, 1),
    Applicant("Mission Locale des Hautes-Alpes", "association", "9999996000008", "05000", "Gap", 1, 1),
    Applicant("Initiative Alpes Provence", "association", "9999996000009", "05000", "Gap", 1, 1),
)
NETWORKS = (
    Applicant("Emmaüs Connect", "reseau", "9999996000010", "05000", "Gap", 3, 3, "emmaus_connect"),
    Applicant("Croix-Rouge française", "reseau", "9999996000011", "05000", "Gap", 1, 1, "croix_rouge"),
)
PENDING = (
    Applicant("Commune de Val-des-Sources", "collectivite", "9999996000012", "05200", "Embrun", 1, 0),
    Applicant("Association Clics et Sommets", "association", "9999996000013", "05100", "Briançon", 2, 0),
)
# Who was recruited, by whom: the two conseillers of the demonstration first.
RECRUITED = (
    ("France Services de la Vallée", "hugo@vallee.example", "Hugo", "Marchetti"),
    ("CCAS de Démonstration", "nadia@ccas.example", "Nadia", "Benali"),
    ("Département des Hautes-Alpes", "maelys.arnoux@vivier.example", "Maëlys", "Arnoux"),
    ("Département des Hautes-Alpes", "ibrahim.sow@vivier.example", "Ibrahim", "Sow"),
    ("Communauté de communes des Hauts Cols", "jeanne.templier@vivier.example", "Jeanne", "Templier"),
    ("Communauté de communes du Grand Lac", "luc.bonnardel@vivier.example", "Luc", "Bonnardel"),
    ("Syndicat mixte des Deux Vallées", "rosa.ferreira@vivier.example", "Rosa", "Ferreira"),
    ("Emmaüs Connect", "samir.kaci@vivier.example", "Samir", "Kaci"),
)
# Whose referents made the five declarations; the Syndicat mixte has not yet.
DECLARED = (
    "Département des Hautes-Alpes",
    "Communauté de communes des Hauts Cols",
    "Communauté de communes du Grand Lac",
    "Emmaüs Connect",
)
POOL = (
    ("lina.garnier@vivier.example", "Lina", "Garnier", "05000", "Gap", 30, ["accompagner", "atelier"]),
    ("theo.vasseur@vivier.example", "Théo", "Vasseur", "05100", "Briançon", 20, ["materiel", "presenter"]),
    ("awa.diallo@vivier.example", "Awa", "Diallo", "05200", "Embrun", 50, ["accueillir", "langues", "orienter"]),
    ("bernard.michel@vivier.example", "Bernard", "Michel", "05300", "Laragne-Montéglin", 40, ["accompagner"]),
    ("chloe.payan@vivier.example", "Chloé", "Payan", "05600", "Guillestre", 40, ["atelier", "mandats"]),
    ("yanis.roux@vivier.example", "Yanis", "Roux", "04000", "Digne-les-Bains", 100, ["materiel", "accompagner"]),
)


def _whole(siret: str) -> str:
    """Complete thirteen digits by the one that checks them."""
    return next(siret + str(digit) for digit in range(10) if is_siret(siret + str(digit)))


def _granted(outcome: object) -> object:
    if isinstance(outcome, Denied):
        raise DemoRefused(f"demo data refused: {outcome.reason.code}")
    return outcome


def load_scheme(acteurs: dict[str, Acteur], now: datetime) -> None:
    """Live the scheme in the Hautes-Alpes, from a year ago to what waits today."""
    anct, prefet = acteurs["instructeur@anct.example"], acteurs["prefecture@hautes-alpes.example"]
    start = now - timedelta(days=380)
    for departement, reseau, posts in (("05", "", 21), ("", "emmaus_connect", 3), ("", "croix_rouge", 1)):
        _granted(quotas.set_quota(departement, reseau, posts, anct, start))
    _committee(FIRST + NETWORKS, anct, prefet, start)
    _committee(LATE, anct, prefet, start + timedelta(days=40))
    _recruit(acteurs, start + timedelta(days=70), now)
    _pool(now)
    _pending(prefet, now)


def _apply(applicant: Applicant, then: datetime) -> Candidature:
    """Fill and submit one application, as its contact would."""
    place = find_commune(applicant.postcode, applicant.city)
    slug = "".join(sign for sign in applicant.siret if sign.isdigit())[-4:]
    dossier = candidatures.open_dossier(f"contact{slug}@structures.example", then)
    if dossier is None or place is None:
        raise DemoRefused(f"demo data refused: {applicant.name}")
    fields = {
        "kind": applicant.kind,
        "reseau": applicant.reseau,
        "siret": _whole(applicant.siret),
        "name": applicant.name,
        "street": "1 place du Marché",
        "postcode": applicant.postcode,
        "city": place.name,
        "insee_code": place.code,
        "departement": place.departement,
        "given_name": "Dominique",
        "family_name": "Rey",
        "profession": "Chargée de mission",
        "telephone": "+33499990010",
        "posts_asked": applicant.asked,
        "project": "Accueillir dans les villages, accompagner les démarches, animer des ateliers.",
        "consulted": "Les communes voisines et les associations du territoire.",
    }
    _granted(candidatures.change_dossier(dossier.id, fields, then))
    _granted(candidatures.add_place(dossier.id, "Espace d’accueil", place, then))
    sent = _granted(candidatures.submit(dossier.id, then))
    if not isinstance(sent, Candidature):
        raise DemoRefused(applicant.name)
    return sent


def _committee(applicants: tuple[Applicant, ...], anct: Acteur, prefet: Acteur, start: datetime) -> None:
    """Submit, take the opinions, hold the committee ten days later and close it."""
    sent = [(one, _apply(one, start)) for one in applicants]
    for one, dossier in sent:
        sens = SensAvis.RESERVE if one.retained < one.asked else SensAvis.FAVORABLE
        _granted(avis.give_avis(dossier.id, sens, "", one.retained, prefet, start + timedelta(days=6)))
    then = start + timedelta(days=20)
    meeting = comites.open_comite(then.date(), anct, start + timedelta(days=8))
    if isinstance(meeting, Denied):
        raise DemoRefused(meeting.reason.code)
    comites.enlist(meeting.id, [dossier.id for _, dossier in sent], anct, start + timedelta(days=9))
    posts = {dossier.id: one.retained for one, dossier in sent}
    for line in comites.agenda_of(meeting.id):
        said = comites.Decided(EtatCandidature.RETENUE, posts=posts[line.candidature_id])
        _granted(comites.decide_passage(line.id, said, anct, then))
    _granted(comites.close_comite(meeting.id, anct, then + timedelta(hours=3)))


def _profile(email: str, given: str, family: str, place: tuple[str, str], then: datetime, **more: object) -> Candidat:
    """Fill and publish a profile of the pool."""
    commune = find_commune(*place)
    if commune is None:
        raise DemoRefused(f"demo data refused: {place}")
    who = vivier.open_profile(email, then)
    fields = {
        "given_name": given,
        "family_name": family,
        "situation": "demandeur",
        "city": commune.name,
        "insee_code": commune.code,
        "departement": commune.departement,
        "latitude": commune.latitude,
        "longitude": commune.longitude,
        "free_on": then.date(),
        "skills": ["accompagner", "atelier"],
    }
    vivier.change_profile(who.id, fields | more, then)
    _granted(vivier.publish(who.id, then))
    return who


def _recruit(acteurs: dict[str, Acteur], start: datetime, now: datetime) -> None:
    """Recruit eight people, sign conventions, pay what is due; one contract breaks."""
    operateur = acteurs["operateur@banque.example"]
    signed = []
    for number, (name, email, given, family) in enumerate(RECRUITED):
        then = start + timedelta(days=3 * number)
        who = _profile(email, given, family, ("05000", "Gap"), then, distance_km=100)
        contrat = _contract(name, who, then)
        signed.append(contrat)
        if number < len(RECRUITED) - 1:
            _granted(contrats.sign_convention(contrat.id, operateur, then + timedelta(days=10)))
    for name in DECLARED:
        place = signed[[one[0] for one in RECRUITED].index(name)].structure
        _granted(declare_structure(place.id, DECLARATIONS, SYSTEME, start + timedelta(days=60)))
    due = Versement.objects.filter(contrat__convention_signed_at__isnull=False, due_on__lt=now.date())
    for versement in due.order_by("due_on", "contrat__created_at", "rank")[:9]:
        paid_at = start + (timedelta(days=40) if versement.rank == 1 else timedelta(days=240))
        _granted(contrats.pay(versement.id, operateur, paid_at))
    broken = signed[3]
    last_day = broken.starts_on + timedelta(days=150)
    _granted(contrats.break_contrat(broken.id, last_day, MotifRupture.DEMISSION, SYSTEME, start + timedelta(days=160)))


def _contract(name: str, who: Candidat, then: datetime) -> contrats.Contrat:
    """Meet, recruit and sign, on the first free post of the structure."""
    taken = MiseEnRelation.objects.filter(state__in=("recrutee", "finalisee")).values("poste")
    post = Poste.objects.filter(structure__name=name).exclude(pk__in=taken).order_by("created_at", "number")[0]
    row = vivier.open_relation(post.structure, who.id, SYSTEME, then)
    if isinstance(row, Denied):
        raise DemoRefused(row.reason.code)
    _granted(vivier.answer(row.id, EtatRelation.INTERESSEE, SYSTEME, then + timedelta(hours=1)))
    _granted(vivier.recruit(row.id, post.id, SYSTEME, then + timedelta(days=1)))
    starts_on = date(then.year, then.month, 1) + timedelta(days=32)
    starts_on = starts_on.replace(day=1)
    terms = contrats.Terms(
        TypeContrat.CDD, starts_on, add_months(starts_on, 24) - timedelta(days=1), 1_900_00, 2_650_00
    )
    made = contrats.sign_contrat(row.id, terms, SYSTEME, then + timedelta(days=2))
    if isinstance(made, Denied):
        raise DemoRefused(made.reason.code)
    return made


def _pool(now: datetime) -> None:
    """Leave people in the pool, to be searched."""
    for number, (email, given, family, postcode, city, km, skills) in enumerate(POOL):
        then = now - timedelta(days=20 - number)
        _profile(email, given, family, (postcode, city), then, distance_km=km, skills=skills)


def _pending(prefet: Acteur, now: datetime) -> None:
    """Leave one application to the préfecture and one to the committee, with a message."""
    _apply(PENDING[0], now - timedelta(days=4))
    ready = _apply(PENDING[1], now - timedelta(days=12))
    said = "Le territoire en a besoin."
    _granted(avis.give_avis(ready.id, SensAvis.FAVORABLE, said, 1, prefet, now - timedelta(days=2)))
    text = "Le lieu d’accueil a changé d’étage. Faut-il refaire le dossier ?"
    _granted(messages.send_message(ready, text, ANONYME, now - timedelta(days=1), from_applicant=True))
