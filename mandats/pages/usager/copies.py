"""What the usager takes away: the account of uses, the certificate of an end, a copy of everything about them."""

import json
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.domain.acteur import SYSTEME
from aidants.domain.decisions import Denied
from aidants.journal.record import record
from mandats.attestation.credential import MEDIA_TYPE
from mandats.domain import events
from mandats.domain.durees import french_date
from mandats.droits.export import archive_of, data_of
from mandats.pages.conseiller.letter_forms import PeriodForm
from mandats.pages.conseiller.streams import attachment, pdf_answer
from mandats.pages.usager.enter import usager_only
from mandats.pages.usager.forms import HolderForm
from mandats.pages.usager.reach import mine, standing
from mandats.pages.usager.session import UsagerSession
from mandats.registre.models import Mandat, Usager
from mandats.registre.papers import produce_end_certificate
from mandats.registre.releve import Releve, releve_of, render_releve, usual_dates
from mandats.registre.services.letters import note_releve
from mandats.registre.services.many import acteur_usager
from mandats.registre.services.releve_by_email import send_releve
from mandats.registre.services.titres import issue_titre
from mandats.verification.usager_record import mandats_of_usager


def _made(request: HttpRequest, who: UsagerSession, now: datetime) -> tuple[PeriodForm, Releve, Mandat]:
    """Return the account of what this session may see, and the mandat whose structure dates it."""
    mandat = mandats_of_usager(who.usager_id, who.mandat_id).select_related("usager").first()
    if mandat is None:
        raise Http404
    form = PeriodForm(request.GET or None, usual=usual_dates(now, mandat.time_zone))
    start, end = form.period
    return form, releve_of(mandat.usager, start, end, mandat_id=who.mandat_id), mandat


@require_safe
@usager_only
def releve(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """Show what was done between two dates."""
    form, made, mandat = _made(request, who, now)
    context = {
        "form": form,
        "releve": made,
        "start": french_date(made.start),
        "end": french_date(made.end),
        "period": urlencode({"start": made.start.isoformat(), "end": made.end.isoformat()}),
        "has_email": bool(mandat.usager.email),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "usager/releve.html", context, status=status)


@require_safe
@usager_only
def releve_pdf(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """Hand the account as a PDF to print."""
    _, made, mandat = _made(request, who, now)
    pdf = render_releve(made, mandat.structure, now)
    note_releve(who.usager_id, acteur_usager(who.usager_id), "pdf", len(made.lignes), now)
    return pdf_answer(pdf, "releve.pdf")


@require_POST
@usager_only
def releve_email(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """Send the account to the usager's own address."""
    _, made, mandat = _made(request, who, now)
    if not mandat.usager.email:
        raise Http404
    send_releve(made, mandat.structure, acteur_usager(who.usager_id), now)
    messages.success(request, "Votre relevé part à votre adresse électronique.")
    return redirect("mandats:usager_releve")


@require_safe
@usager_only
def certificate(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Hand the sealed certificate of what has ended."""
    mandat = mine(who, mandat_id)
    made = produce_end_certificate(mandat.id, SYSTEME, now)
    if isinstance(made, Denied):
        raise Http404
    return attachment(bytes(made.content), made.content_type, f"attestation-fin-{mandat.reference}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@usager_only
def titre(request: HttpRequest, who: UsagerSession, now: datetime, mandat_id: UUID) -> HttpResponse:
    """Hand the mandat as a credential, for a wallet or an administration abroad."""
    mandat = standing(who, mandat_id, now)
    form = HolderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        issued = issue_titre(mandat.id, now, form.cleaned_data["jwk"])
        if isinstance(issued, Denied):
            raise Http404
        return attachment(issued.encode(), MEDIA_TYPE, f"mandat-{mandat.reference}.sd-jwt")
    return render(request, "usager/titre.html", {"form": form, "mandat": mandat}, status=422 if form.errors else 200)


@require_POST
@usager_only
def copy(request: HttpRequest, who: UsagerSession, now: datetime) -> HttpResponse:
    """Hand a copy of all that is kept: whole for who came by FranceConnect, of one mandat for who came by its code.

    The entry is about the usager: the structure does not see it.
    """
    usager = Usager.objects.get(pk=who.usager_id)
    with transaction.atomic():
        acteur = acteur_usager(who.usager_id)
        record(events.EXPORT_TAKE, acteur=acteur, at=now, subject=usager.id, facts={"way": who.way})
    if who.mandat_id is None:
        return attachment(archive_of(usager, now), "application/zip", "mes-donnees.zip")
    reference, data = mine(who, who.mandat_id).reference, data_of(usager, now)
    data["mandats"] = [one for one in data["mandats"] if one["reference"] == reference]
    data["avis"] = [one for one in data["avis"] if reference in json.dumps(one, ensure_ascii=False)]
    data["openings"] = []
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return attachment(text.encode(), "application/json; charset=utf-8", f"mandat-{reference}.json")
