"""The certificate of training and certification, as a paper: made here because this app makes papers."""

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidants.comptes.models import Compte
from aidants.dispositif.formation.certification import note_printed, standing_certification
from aidants.dispositif.formation.models import Parcours
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.formation import FIGURES, SKILLS
from mandats.document.given import Certificate
from mandats.document.render import render_certificate
from mandats.pages.conseiller.streams import pdf_answer


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """Print one's own certificate; 404 without one that stands."""
    compte = cast("Compte", request.user)
    held = standing_certification(compte.id)
    done = Parcours.objects.filter(compte=compte, completed_on__isnull=False).order_by("-half_days").first()
    if held is None or done is None:
        raise Http404
    now = timezone.now()
    given = Certificate(
        person=compte.full_name,
        hours=round(FIGURES.hours(done.half_days)),
        completed_on=done.completed_on or held.obtained_on,
        obtained_on=held.obtained_on,
        body=held.organisme.name if held.organisme else "repris d’un état antérieur",
        skills=SKILLS,
        service=settings.SERVICE_NAME,
        made_at=now,
    )
    note_printed(held, Acteur(Kind.COMPTE, compte.id), now)
    return pdf_answer(render_certificate(given), "certificat.pdf")
