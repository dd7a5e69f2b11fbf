"""What the page of choice offers: the compiled first page against the queryset that it was made from."""

import json

import pytest
from django.utils import timezone

from mandats.registre.models import Mandat
from oidc.provider.choices import choices_for, page_of_choices
from oidc.provider.models import Interaction
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def test_the_first_page_is_what_the_register_gives_whatever_is_asked() -> None:
    at = flow.desk(demarches=("logement", "argent", "justice"))
    weak = builders.mandat(at.aidant, at.place, builders.identite(email=""), now=timezone.now())
    Mandat.objects.filter(pk=weak.pk).update(identity="piece_vue")
    other = builders.mandat(at.aidant, at.place, now=timezone.now(), demarches=("transports",))
    acteur, now = builders.acteur(at.aidant, at.place), timezone.now()
    claims = json.dumps({"id_token": {"rep_scope": {"values": ["Logement", "Justice"]}}})
    seen: list[list[str]] = []
    requests: tuple[tuple[str, dict[str, str]], ...] = (
        ("franceconnect", {}),
        ("franceconnect", {"claims": claims}),
        ("administration", {}),
    )
    for profile, changes in requests:
        for demarches in ([], ["logement", "transports"]):
            at.place.demarches = demarches
            at.place.save()
            flow.choice_page(at.browser, flow.site(profile), **changes)
            interaction = Interaction.objects.select_related("client").latest("created_at")
            for accepts in (False, True):
                interaction.client.accepts_weak_identity = accepts
                page = page_of_choices(interaction, acteur, at.place, "", 1, now)
                assert page.rows == list(choices_for(interaction, acteur, "", now))
                seen.append([row.demarche for row in page.rows])
    assert len({tuple(rows) for rows in seen}) >= 4
    assert {weak.id, other.id} <= set(Mandat.objects.values_list("id", flat=True))
