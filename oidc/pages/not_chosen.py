"""The page that says why nothing was chosen, with the way back to the site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from aidants.domain.errors import ErrorCode
from oidc.provider.answers import allow_form, refusal_of
from oidc.provider.models import Interaction


def not_chosen(
    request: HttpRequest, interaction: Interaction, error: ErrorCode, title: str, *, again: str
) -> HttpResponse:
    """Show ``error`` under ``title``; ``again`` is what leads to the choice once more, empty where nothing does."""
    answer = refusal_of(interaction, error)
    told = {"title": title, "error": error, "interaction": interaction, "answer": answer, "again": again}
    return allow_form(render(request, "oidc/not_chosen.html", told, status=error.http), answer)
