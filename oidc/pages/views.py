"""The page of choice, between a site's request and its answer."""

from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import NOT_AN_AIDANT, ErrorCode
from aidants.habilitation.selectors import may_act_for
from aidants.structures.acting import PlacedRequest, acteur_of
from mandats.domain.durees import french_birthdate
from mandats.domain.utilisations import MANNERS
from oidc.pages.not_chosen import not_chosen
from oidc.pages.received import received
from oidc.protocol import errors
from oidc.provider.answers import refusal_of, send
from oidc.provider.choices import Choice, choose, decline, may_open, note_not_opened, page_of_choices, perimeter_of
from oidc.provider.interactions import find_interaction
from oidc.provider.models import Interaction

_MOST_PAGES = 500
_NOTHING = UUID(int=0)
_CLOSED = (errors.INTERACTION_ANSWERED, errors.INTERACTION_EXPIRED, errors.CLIENT_SUSPENDED)
_TITLES = {
    errors.INTERACTION_ANSWERED: "Vous avez déjà répondu",
    errors.INTERACTION_EXPIRED: "Cette demande a expiré",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest, interaction_id: UUID) -> HttpResponse:
    """Show what stands for the request, by name when one is typed; take the answer.

    A name is posted: what addresses say is kept by proxies, and by the desk's own browser.
    """
    placed = bool(getattr(request, "affectation", None))
    if placed and request.method == "POST" and "q" not in request.POST:
        return _take_choice(request, interaction_id)
    interaction = _find(request, interaction_id)
    if not placed:
        return _refuse(request, interaction, NOT_AN_AIDANT, first=True)
    opened = may_open(interaction, request.session, timezone.now())
    if isinstance(opened, Denied):
        return _refuse(request, interaction, opened.reason, first=True)
    return _show_choices(request, interaction)


@never_cache
@require_POST
def go_back(request: HttpRequest, interaction_id: UUID) -> HttpResponse:
    """Go back to the site without a choice: ``access_denied`` (RFC 6749 §4.1.2.1)."""
    interaction = _find(request, interaction_id)
    decline(interaction, _who(request), timezone.now())
    return send(request, refusal_of(interaction, errors.DECLINED), interaction.client.name, after_post=True)


def _find(request: HttpRequest, interaction_id: UUID) -> Interaction:
    interaction = find_interaction(interaction_id, request.session)
    if interaction is None:
        raise Http404
    return interaction


def _take_choice(request: HttpRequest, interaction_id: UUID) -> HttpResponse:
    """Answer 200 with a page that leaves by itself: no redirect may follow a POST (CSP ``form-action 'self'``)."""
    chosen = _identifier(request.POST.get("autorisation", ""))
    said = request.POST.get("manner", "")
    manner = said if said in MANNERS else ""
    outcome = choose(interaction_id, chosen, acteur_of(request), request.session, timezone.now(), manner=manner)
    if isinstance(outcome, Denied):
        return _refuse(request, _find(request, interaction_id), outcome.reason, again=outcome.reason not in _CLOSED)
    return send(request, outcome.answer, outcome.site, after_post=True)


def _identifier(text: str) -> UUID:
    """Read an identifier; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        return _NOTHING


def _number(asked: str) -> int:
    """Return the page asked, the first for what is no number."""
    return min(max(int(asked), 1), _MOST_PAGES) if asked.isdecimal() and len(asked) < 6 else 1


def _show_choices(request: HttpRequest, interaction: Interaction) -> HttpResponse:
    """List usagers and demarches, searched and cut on the server."""
    now, acteur = timezone.now(), acteur_of(request)
    query = request.POST.get("q", "").strip()[:100]
    place, number = cast("PlacedRequest", request).affectation, _number(request.POST.get("page", ""))
    if place is None:
        raise Http404
    page = page_of_choices(interaction, acteur, place.structure, query, number, now)
    rows = [_shown(row) for row in page.rows]
    perimeter = perimeter_of(interaction)
    context = {
        "interaction": interaction,
        "client": interaction.client,
        "query": query,
        "page": page,
        "rows": rows,
        "asked": [DEMARCHES[code].label for code in sorted(perimeter)] if perimeter is not None else [],
        "received": received(interaction),
        "obstacle": "" if rows else _obstacle(request),
    }
    return render(request, "oidc/choice.html", context)


def _shown(row: Choice) -> dict[str, str]:
    """Return the words of one choice: who, for what, and what tells two of one name apart."""
    demarche, desk = DEMARCHES[row.demarche], " conclu par vous depuis moins d’un jour" if row.at_the_desk else ""
    named = f" – {', '.join(row.formalites)}" if row.formalites else ""
    return {
        "id": str(row.id),
        "title": f"{row.given_name} {row.family_name} – {demarche.label}",
        "birth": french_birthdate(row.birthdate),
        "reference": row.reference,
        "more": desk + named,
        "warning": demarche.warning,
    }


def _obstacle(request: HttpRequest) -> str:
    """Return why this person can use no mandat at all, if that is so."""
    acteur = acteur_of(request)
    if acteur.id is None or acteur.structure_id is None:
        raise Http404
    verdict = may_act_for(acteur.id, acteur.structure_id)
    return verdict.reason.message if isinstance(verdict, Denied) else ""


def _who(request: HttpRequest) -> Acteur:
    """Return who is there, for the structure chosen if they have one."""
    return acteur_of(request) if getattr(request, "affectation", None) else Acteur(Kind.COMPTE, request.user.pk)


def _refuse(
    request: HttpRequest, interaction: Interaction, reason: ErrorCode, *, again: bool = False, first: bool = False
) -> HttpResponse:
    """Ask for a fresh code, or say why not; the way back to the site is always there.

    ``first``: nothing was chosen yet, so that no service has journaled the refusal.
    """
    if first:
        note_not_opened(interaction, _who(request), Denied(reason), timezone.now())
    here = reverse("oidc:choice", args=[interaction.id])
    if reason is errors.LOGIN_REQUIRED:
        return redirect(reverse("aidants:second_factor") + "?" + urlencode({"next": here}))
    title = _TITLES.get(reason, "Ce choix n’est pas possible")
    return not_chosen(request, interaction, reason, title, again="Choisir autre chose" if again else "")
