"""What the scheme adds to the world: an application, what is decided of it, and what follows, for each scope."""

from uuid import uuid4

from aidants.comptes.models import Compte
from aidants.dispositif.models import Campagne, LieuAccueil, Versement
from aidants.structures.models import Structure
from tests import builders
from tests.aidants.dispositif import scheme


def of_scheme(place: Structure, who: Compte, departement: str) -> dict[str, object]:
    """Return the rows of one structure that was retained, in its department."""
    retained = scheme.reviewed("favorable", structure=place, state="retenue", posts_retained=1, departement=departement)
    waiting = scheme.reviewed("", departement=departement)
    passage = scheme.passage(waiting)
    contract = scheme.contrat(place, who)
    lieu = LieuAccueil.objects.create(
        candidature=retained, name="Mairie", insee_code="05061", city="Gap", created_at=builders.NOW
    )
    payment = Versement.objects.create(contrat=contract, rank=1, amount=100, due_on=contract.starts_on)
    return {
        "candidature_id": waiting.id,
        "comite_id": passage.comite_id,
        "passage_id": passage.id,
        "campagne_id": Campagne.objects.order_by("id")[0].id,
        "lieu_id": lieu.id,
        "candidat_id": scheme.candidat(email=f"{uuid4().hex}@example.org").id,
        "relation_id": scheme.relation(place).id,
        "contrat_id": contract.id,
        "poste_id": scheme.poste(place).id,
        "versement_id": payment.id,
    }
