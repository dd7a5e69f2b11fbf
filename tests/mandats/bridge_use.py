"""A use through the bridge."""

from typing import Any
from uuid import uuid4

from mandats.registre.models import Mandat, Utilisation
from mandats.registre.selectors import annotated_autorisations
from mandats.registre.services.uses import record_bridge_use
from tests import builders
from tests.builders import NOW


def bridge(mandat: Mandat, **fields: Any) -> Utilisation:
    doer = builders.acteur(mandat.aidant, mandat.structure)
    row = annotated_autorisations(doer).get(mandat=mandat)
    return record_bridge_use(row, doer, client_id=uuid4(), client_name="Allocations", now=NOW, **fields)
