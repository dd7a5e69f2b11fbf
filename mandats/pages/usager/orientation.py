"""Whom to ask when a mandat is not possible: the same page for every situation of the silent card."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def orientation(request: HttpRequest) -> HttpResponse:
    """Show all cases at once, so that nobody learns which one led here (DOMAIN §3.1)."""
    return render(request, "usager/orientation.html")
