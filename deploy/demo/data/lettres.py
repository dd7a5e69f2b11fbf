"""What waits at the accueil of the demonstration: a letter after a telephone call, one that asks to share a number.

And what an usager says they did not ask for, which a referent has to answer.
"""

from datetime import datetime, timedelta

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from deploy.demo.data.mandats import DemoRefused, Story, concluded_by_document
from mandats.consentement.piece_vue import typed_identity
from mandats.domain.fins import TELEPHONE
from mandats.domain.identite import Identite
from mandats.registre.models import Mandat, Utilisation
from mandats.registre.services.accord_letters import ask_in_writing
from mandats.registre.services.contestations import object_to_use
from mandats.registre.services.letters import keep_address
from mandats.registre.services.many import acteur_usager
from mandats.registre.services.suspend import suspend_mandat

LANDLINE = "+33465710044"
"""In the range that is kept for fiction (ARCEP, decision 2018-0881)."""
_ASKER = "Une personne aidée par France Services de la Vallée"


def _person(given_name: str, gender: str, birthdate: str) -> Identite:
    return typed_identity(
        given_name=given_name,
        family_name="PERRIN",
        preferred_username="",
        birthdate=birthdate,
        gender=gender,
        birthplace_label="Briançon (Hautes-Alpes)",
    )


def load_letters(acteurs: dict[str, Acteur], now: datetime) -> None:
    """Let a sister and a brother give mandats, him wish to share her number, and somebody else telephone."""
    claire = acteurs["claire@vallee.example"]
    story = Story("", "claire@vallee.example", {"social": [], "logement": []}, "J182", 6)
    holder = concluded_by_document(story, _person("Jeanne", "female", "1941-05-14"), LANDLINE, claire, now)
    keep_address(holder.usager_id, "8 chemin du Fort\n05100 Briançon", claire, now)
    asker = concluded_by_document(story, _person("Henri", "male", "1943-09-02"), "", claire, now)
    _granted(ask_in_writing(asker.usager_id, LANDLINE, _ASKER, claire, now - timedelta(hours=3)))
    telephoned = Mandat.objects.filter(aidant__email="anais@reunion.example", ended_at=None).order_by("accepted_at")[0]
    accueil = Acteur(Kind.COMPTE, Compte.objects.get(email="accueil@mandats.example").id, None, Role.ACCUEIL)
    _granted(suspend_mandat(telephoned.id, accueil, way=TELEPHONE, now=now - timedelta(hours=2)))
    use = Utilisation.objects.filter(aidant__email="hugo@vallee.example").select_related("mandat").order_by("id")[0]
    words = "Je n’ai pas demandé cet appel, et je n’étais pas là ce jour-là."
    _granted(object_to_use(use.id, acteur_usager(use.mandat.usager_id), words, now - timedelta(hours=1)))


def _granted(done: object) -> None:
    if isinstance(done, Denied):
        raise DemoRefused(f"demo data refused: {done.reason.code}")
