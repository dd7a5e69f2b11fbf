"""The conseiller's desk: what to resume, a new mandat, the latest mandats."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def desk(request: HttpRequest) -> HttpResponse:
    """Show where to start; a person without the role ``aidant`` is told so."""
    return render(request, "mandats/conseiller/desk.html", {})
