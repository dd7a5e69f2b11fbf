"""The account of uses of one person in this structure: on screen, on paper, by e-mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from aidants.domain.acteur import Acteur
from aidants.pages.refusals import warn
from mandats.domain.durees import french_date
from mandats.pages.conseiller.access import with_mandat
from mandats.pages.conseiller.letter_forms import PeriodForm
from mandats.pages.conseiller.streams import pdf_answer
from mandats.registre.models import Mandat
from mandats.registre.releve import Releve, releve_of, render_releve, usual_dates
from mandats.registre.services.letters import note_releve
from mandats.registre.services.releve_by_email import send_releve


@require_safe
@with_mandat
def releve(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Show what this structure did for the person, between two dates."""
    form = _form(request, mandat)
    made = _made(mandat, form)
    context = {
        "mandat": mandat,
        "form": form,
        "releve": made,
        "start": french_date(made.start),
        "end": french_date(made.end),
        "period": urlencode({"start": made.start.isoformat(), "end": made.end.isoformat()}),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "mandats/conseiller/releve.html", context, status=status)


@require_POST
@with_mandat
def on_paper(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Print the account as a letter; that it was printed is journaled."""
    now, made = timezone.now(), _made(mandat, _form(request, mandat))
    pdf = render_releve(made, mandat.structure, now, large="large" in request.POST)
    note_releve(mandat.usager_id, acteur, "papier", len(made.lignes), now)
    return pdf_answer(pdf, f"releve-{mandat.reference}.pdf")


@require_POST
@with_mandat
def by_email(request: HttpRequest, acteur: Acteur, mandat: Mandat) -> HttpResponse:
    """Send the account to the person's own address."""
    now, made = timezone.now(), _made(mandat, _form(request, mandat))
    if mandat.usager.email:
        send_releve(made, mandat.structure, acteur, now)
        messages.success(request, "Le relevé part à l’adresse de la personne.")
    else:
        warn(request, "Cette personne n’a pas d’adresse électronique. Imprimez le relevé.")
    dates = urlencode({"start": made.start.isoformat(), "end": made.end.isoformat()})
    return redirect(f"{reverse('mandats:releve', args=(mandat.id,))}?{dates}")


def _form(request: HttpRequest, mandat: Mandat) -> PeriodForm:
    return PeriodForm(request.GET or None, usual=usual_dates(timezone.now(), mandat.time_zone))


def _made(mandat: Mandat, form: PeriodForm) -> Releve:
    start, end = form.period
    return releve_of(mandat.usager, start, end, structure=mandat.structure)
