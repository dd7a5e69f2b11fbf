"""Training, dossiers, activity, kits and calls of the demonstration: each page has something on it."""

import random
from datetime import datetime, timedelta

from aidants.comptes.models import Compte
from aidants.dispositif.activite.reports import write_report
from aidants.dispositif.formation.models import Certification, Inscription, Organisme, Parcours
from aidants.dispositif.formation.presence import HalfDay, mark_attendance
from aidants.dispositif.formation.sessions import NewSession, add_member, approve_organisme, inscribe, open_session
from aidants.dispositif.soutien.calls import queue_call
from aidants.dispositif.soutien.kits import follow_kit, order_kit
from aidants.dispositif.soutien.models import CommandeKit
from aidants.domain.acteur import Acteur
from aidants.domain.activite.comptes_rendus import FIRST_TASKS, Contenu
from aidants.domain.activite.dossier import DECLARATIONS, Etat
from aidants.habilitation.dossiers import Decided, decide_dossier, save_dossier, submit_dossier
from aidants.habilitation.models import Dossier
from mandats.pilotage.par_departement import count_mandats

LEARNER = "lea@vallee.example"


def load_activity(acteurs: dict[str, Acteur], now: datetime) -> None:
    """Live a year of activity, then what waits today."""
    _formation(acteurs, now)
    _reports(acteurs, now)
    _dossiers(acteurs["instructeur@anct.example"], now)
    _kits_and_calls(acteurs, now)
    count_mandats(now)


def _formation(acteurs: dict[str, Acteur], now: datetime) -> None:
    """A body with two sessions; Léa has followed three weeks of one, and may conclude nothing yet."""
    state, body_acteur, learner = (
        acteurs["instructeur@anct.example"],
        acteurs["formation@greta.example"],
        acteurs[LEARNER],
    )
    then, today = now - timedelta(days=60), now.date()
    fields = {"name": "Greta des Alpes", "siret": "99999940200004", "departement": "05", "city": "Gap"}
    body: Organisme = approve_organisme(fields, state, then)
    add_member(body, "formation@greta.example", state, then)
    first, last, soon = today - timedelta(days=30), today + timedelta(days=90), today + timedelta(days=12)
    begun = NewSession("conseiller", "initiale", "Gap", "05061", "05", first, last, 12)
    session = open_session(body, begun, body_acteur, then)
    open_session(body, NewSession("aidant", "initiale", "Gap", "05061", "05", soon, soon, 12), body_acteur, then)
    compte = Compte.objects.get(pk=learner.known_id)
    Parcours.objects.filter(compte=compte).delete()
    Certification.objects.filter(compte=compte).delete()
    taken = inscribe(session.id, compte, learner, then)
    if isinstance(taken, Inscription):
        for gap in range(30, 2, -1):
            day = today - timedelta(days=gap)
            for moment in ("matin", "apres_midi") if day.weekday() < 5 else ():
                half_day = HalfDay(day, moment)
                mark_attendance(session.id, half_day, {taken.id}, body_acteur, now - timedelta(days=gap - 1), today)


def _reports(acteurs: dict[str, Acteur], now: datetime) -> None:
    """Ten months of three conseillers: mostly one person at the desk, a workshop now and then."""
    dice = random.Random(2021)  # noqa: S311  invented figures
    people = ("nadia@ccas.example", "hugo@vallee.example", "anais@reunion.example")
    for gap in range(300, 0, -6):
        for email in people:
            many = dice.random() < 0.2
            size = dice.randint(4, 12) if many else 1
            led = not many and dice.random() < 0.2
            given = Contenu(
                day=(now - timedelta(days=gap)).date(),
                channel=dice.choice(("bureau", "bureau", "autre_lieu", "distance", "domicile")),
                kind="atelier" if many else dice.choice(("individuel", "individuel", "ponctuel")),
                people=size,
                minutes=120 if many else dice.choice((15, 30, 30, 45, 60)),
                themes=tuple({dice.choice(list(FIRST_TASKS)), dice.choice(("autonomie", "demarches", "donnees"))}),
                manner=dice.choice(("avec", "avec", "avec", "place")),
                outcome="oriente" if led else "fait",
                redirected_to=dice.choice(("caf", "ants", "france_services")) if led else "",
                ages={"soixante_dix_plus": size // 2, "quarante_cinquante_neuf": size - size // 2},
            )
            write_report(given, acteurs[email], now - timedelta(days=gap) + timedelta(hours=1))


def _dossiers(state: Acteur, now: datetime) -> None:
    """One dossier that waits, one to which changes were asked."""
    then = now - timedelta(days=9)
    for name, siret, city, insee, etat in (
        ("Médiathèque de Veynes", "99999910500011", "Veynes", "05179", None),
        ("Association Les Écrans du Buëch", "99999920400012", "Serres", "05166", Etat.MODIFICATIONS_DEMANDEES),
    ):
        dossier = Dossier.objects.create(email=f"accueil.{insee}@demo.example", created_at=then)
        fields = {
            "name": name, "siret": siret, "kind": "bibliotheque", "street": "3 rue Berthelot", "postcode": "05400",
            "city": city, "insee_code": insee, "referent_given_name": "Odile", "referent_family_name": "Roux",
            "referent_email": f"odile.{insee}@demo.example", "referent_profession": "Directrice",
            "declarations": list(DECLARATIONS),
        }  # fmt: skip
        aidant = {"given_name": "Karim", "family_name": "Haddad", "profession": "Agent", "statut": "agent_public"}
        save_dossier(dossier.id, fields, [{**aidant, "email": f"karim.{insee}@demo.example"}])
        submit_dossier(dossier.id, then + timedelta(hours=1))
        if etat:
            why = "Le SIRET est celui du siège : donnez celui de l’établissement qui reçoit."
            decide_dossier(dossier.id, Decided(etat, why), state, then + timedelta(days=2))


def _kits_and_calls(acteurs: dict[str, Acteur], now: datetime) -> None:
    """An order on its way, one that waits; three people who wait to be called back."""
    referent, state = acteurs["odile@vallee.example"], acteurs["instructeur@anct.example"]
    sent = order_kit({"ordinateur": 2, "mallette": 1}, referent, now - timedelta(days=12))
    if isinstance(sent, CommandeKit):
        follow_kit(sent, "expediee", state, now - timedelta(days=8), "6A12345678901")
    order_kit({"tablette": 3, "guide": 1}, referent, now - timedelta(days=1))
    accueil = acteurs["accueil@mandats.example"]
    for gap, code, theme in ((50, "05", "internet"), (20, "05", "demarches"), (10, "974", "courriel")):
        queue_call(code, "+33499990042", theme, accueil, now - timedelta(minutes=gap))
