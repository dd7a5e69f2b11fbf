"""The two figures of the scheme, held by the database whoever writes and however many at once."""

import pytest
from django.db import IntegrityError, transaction

from aidants.dispositif.models import Enveloppe, Quota
from tests import builders
from tests.aidants.dispositif import scheme


def _recruited() -> int:
    return Enveloppe.objects.get().recruited


@pytest.mark.django_db
def test_a_post_counts_from_the_decision_to_its_withdrawal() -> None:
    quota, place = scheme.quota(posts=2), builders.structure()
    first, second = scheme.poste(place), scheme.poste(place, number=2)
    quota.refresh_from_db()
    assert quota.retained == 2
    with pytest.raises(IntegrityError, match="quota_not_exceeded"), transaction.atomic():
        scheme.poste(place, number=3)
    first.withdrawn_at = builders.NOW
    first.save()
    second.delete()
    quota.refresh_from_db()
    assert quota.retained == 0


@pytest.mark.django_db
def test_a_post_that_changes_quota_leaves_one_and_enters_the_other() -> None:
    here, there = scheme.quota(departement="05"), scheme.quota(departement="04")
    made = scheme.poste(builders.structure(), here)
    made.quota = there
    made.save()
    assert list(Quota.objects.order_by("departement").values_list("retained", flat=True)) == [1, 0]


@pytest.mark.django_db
def test_a_recruitment_counts_until_its_rupture_and_not_one_too_many() -> None:
    Enveloppe.objects.update(total=1)
    place = builders.structure()
    made = scheme.relation(place, state="recrutee", on=scheme.poste(place))
    assert _recruited() == 1
    with pytest.raises(IntegrityError, match="enveloppe_not_exceeded"), transaction.atomic():
        scheme.relation(place, state="recrutee", on=scheme.poste(place, number=2))
    made.state = "rupture"
    made.save()
    assert _recruited() == 0


@pytest.mark.django_db
def test_nobody_is_recruited_twice_nor_two_on_one_post() -> None:
    place, other, who = builders.structure(), builders.structure("Ailleurs", siret="99999930300013"), scheme.candidat()
    post = scheme.poste(place)
    scheme.relation(place, who, "recrutee", post)
    with pytest.raises(IntegrityError, match="candidat_recruited_once"), transaction.atomic():
        scheme.relation(other, who, "recrutee", scheme.poste(other, number=2))
    with pytest.raises(IntegrityError, match="poste_recruited_once"), transaction.atomic():
        scheme.relation(other, None, "recrutee", post)


def test_two_writers_at_once_never_pass_the_national_figure(committed_db: str) -> None:
    Enveloppe.objects.update(total=3)
    places = [builders.structure(f"Lieu {n}") for n in range(6)]
    posts = [scheme.poste(place, number=n) for n, place in enumerate(places)]
    people = [scheme.candidat() for _ in places]
    outcomes = scheme.at_once(
        *(
            lambda place=place, who=who, post=post: scheme.relation(place, who, "recrutee", post)
            for place, who, post in zip(places, people, posts, strict=True)
        )
    )
    assert sum(isinstance(one, IntegrityError) for one in outcomes) == 3
    assert _recruited() == 3
