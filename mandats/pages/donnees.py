"""The notices of RGPD 13 and 14: what is done with people's data, on a page and on paper."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """Tell usagers, and the professionals who act for them, what is kept, why, how long, and their rights."""
    context = {
        "privacy": settings.SERVICE_PRIVACY,
        "post": settings.SERVICE_POST,
        "accueil": settings.ACCUEIL_TELEPHONE,
        "service": settings.SERVICE_NAME,
    }
    return render(request, "mandats/donnees/notice.html", context)
