"""My training: what I attended and still owe, sessions near home, my certification."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from aidants.comptes.models import Compte
from aidants.dispositif.formation import sessions
from aidants.dispositif.formation.models import Certification, Inscription, Parcours
from aidants.dispositif.parametres import training_on
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.formation import Cadre, calendar_of
from aidants.domain.decisions import Denied
from aidants.domain.territoires.communes import commune
from aidants.pages.refusals import warn
from aidants.structures.models import Affectation

_PAGE = 10


def _place(request: HttpRequest) -> Affectation:
    """Return the place for which the person trains; 403 for who is no aidant anywhere."""
    place: Affectation | None = getattr(request, "affectation", None)
    if not place or not place.is_aidant:
        raise PermissionDenied
    return place


def _cadre(place: Affectation) -> Cadre:
    return Cadre.CONSEILLER if place.is_conseiller else Cadre.AIDANT


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show what was attended, what is owed, by when, and where to go."""
    place, today = _place(request), timezone.localdate()
    cadre = _cadre(place)
    row = Parcours.objects.filter(compte=place.compte_id, cadre=cadre).first()
    standing = Inscription.objects.filter(compte=place.compte_id, cadre=cadre, ended_at__isnull=True)
    figures = training_on(row.started_on if row and row.started_on else today)
    code, owed = place.structure.insee_code, figures.owed(cadre)
    home = commune(sessions.home_of(place.compte_id, code))
    near = sessions.sessions_near(cadre, home.code if home else code, today)
    attended = row.half_days if row else 0
    start = row.started_on if row and row.started_on else timezone.localdate(place.started_at)
    page = Paginator(near, _PAGE).get_page(request.GET.get("page"))
    results = list(Certification.objects.filter(compte=place.compte_id).order_by("-obtained_on", "-written_at"))
    context = {
        "hours": figures.hours(attended),
        "owed_hours": figures.hours(owed),
        "left_hours": figures.hours(max(0, owed - attended)),
        "percent": min(100, attended * 100 // owed),
        "completed_on": row.completed_on if row else None,
        "dates": calendar_of(start, row.completed_on if row else None, figures),
        "is_conseiller": cadre is Cadre.CONSEILLER,
        "standing": standing.select_related("session__organisme").first(),
        "page": page,
        "home": home,
        "work_months": figures.work_months,
        "results": results,
        "certified": any(one.obtained and one.withdrawn_at is None for one in results),
    }
    return render(request, "aidants/formation/mine.html", context)


def _me(request: HttpRequest) -> tuple[Compte, Acteur]:
    place = _place(request)
    return Compte.objects.get(pk=place.compte_id), Acteur(Kind.COMPTE, place.compte_id, place.structure_id, "aidant")


@require_POST
def inscribe(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Take a place in a session."""
    compte, acteur = _me(request)
    done = sessions.inscribe(session_id, compte, acteur, timezone.now())
    if isinstance(done, Denied):
        warn(request, done)
    else:
        messages.success(request, "Vous êtes inscrit. L’organisme de formation vous attend au jour dit.")
    return redirect("aidants:formation_mine")


@require_POST
def leave(request: HttpRequest, inscription_id: UUID) -> HttpResponse:
    """Give a place back."""
    compte, acteur = _me(request)
    if sessions.leave(inscription_id, compte, acteur, timezone.now()):
        messages.success(request, "Votre place est rendue. Les demi-journées suivies restent comptées.")
    else:
        warn(request, "Vous n’étiez plus inscrit à cette session.")
    return redirect("aidants:formation_mine")
