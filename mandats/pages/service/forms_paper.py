"""The empty form that stops a mandat on paper: for anybody to print, without an account."""

from datetime import date, datetime, time
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mandats.document.render import render_stop_form
from mandats.document.textes.given import ServiceContact
from mandats.pages.conseiller.streams import pdf_answer
from mandats.registre.texts import service_contact


@require_safe
def stop_form(request: HttpRequest) -> HttpResponse:
    """Hand the form, empty: it holds nothing about anybody."""
    return pdf_answer(_of_the_day(service_contact(), timezone.localdate()), "arreter-mon-mandat.pdf")


@lru_cache(maxsize=2)
def _of_the_day(service: ServiceContact, day: date) -> bytes:
    """Typeset the form once a day and a process: whoever asks for it again and again costs nothing."""
    return render_stop_form(service, timezone.make_aware(datetime.combine(day, time(12))))
