"""The empty form that stops a mandat on paper: for anybody to print, without an account."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mandats.document.render import render_stop_form
from mandats.pages.conseiller.streams import pdf_answer
from mandats.registre.texts import service_contact


@require_safe
def stop_form(request: HttpRequest) -> HttpResponse:
    """Hand the form, empty: it holds nothing about anybody."""
    return pdf_answer(render_stop_form(service_contact(), timezone.now()), "arreter-mon-mandat.pdf")
