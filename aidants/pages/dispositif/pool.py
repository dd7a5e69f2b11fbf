"""A person's own page in the pool: opened by a link, shown to retained structures once they say so."""

from datetime import datetime
from typing import Any

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.dispositif import liens, vivier
from aidants.dispositif.models import Candidat
from aidants.domain.acteur import ANONYME
from aidants.domain.decisions import Denied
from aidants.domain.dispositif.etats import RELATION_LABELS, RELATION_MEANS, TAKEN, EtatRelation
from aidants.domain.territoires.communes import commune
from aidants.pages.dispositif.forms import ProfilForm
from aidants.pages.dispositif.visits import PROFILE, ask_for_link, end_visit, enter_by_link, with_profile
from aidants.pages.posted import posted
from aidants.pages.refusals import refuse_form, warn


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Say what the pool is; take an address and send it a link to its profile, new or not."""
    return ask_for_link(request, _send, "aidants/dispositif/vivier_start.html")


def _send(email: str, now: datetime) -> None:
    liens.send_profile_link(vivier.open_profile(email, now), now)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Take the link's code; only this POST spends it."""
    return enter_by_link(
        request,
        PROFILE,
        liens.spend_profile_link,
        title="Ouvrir votre profil",
        again="aidants:vivier",
        then="aidants:vivier_profile",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@with_profile
def profile(request: HttpRequest, who: Candidat) -> HttpResponse:
    """Show and change one's own profile, and where one stands with structures."""
    form, now = ProfilForm(posted(request), request.FILES or None, initial=_initial(who)), timezone.now()
    if form.is_valid() and form.commune is not None:
        fields, cv = _fields(form), form.cleaned_data["cv"]
        vivier.change_profile(who.id, fields, now)
        verdict = vivier.keep_cv(who.id, cv.read(), cv.name, now) if cv else None
        if not isinstance(verdict, Denied):
            flash.success(request, "Votre profil est enregistré.")
            return redirect("aidants:vivier_profile")
        refuse_form(request, form, verdict, "cv")
    relations = vivier.relations_with(who.id)
    context = {
        "form": form,
        "who": who,
        "relations": [
            (one, RELATION_LABELS[EtatRelation(one.state)], RELATION_MEANS[EtatRelation(one.state)])
            for one in relations
        ],
        "taken": any(one.state in TAKEN for one in relations),
        "shown": who.published_at is not None and who.withdrawn_at is None,
    }
    return render(request, "aidants/dispositif/profil.html", context, status=422 if form.errors else 200)


def _initial(who: Candidat) -> dict[str, Any]:
    found = {name: getattr(who, name) for name in ProfilForm.base_fields if name not in ("cv", "postcode")}
    here = commune(who.insee_code)
    return found | {"postcode": here.postcodes[0] if here else ""}


def _fields(form: ProfilForm) -> dict[str, Any]:
    given = {name: value for name, value in form.cleaned_data.items() if name not in ("cv", "postcode")}
    here = form.commune
    if here is None:
        raise Http404
    given |= {"insee_code": here.code, "departement": here.departement}
    return given | {"latitude": here.latitude, "longitude": here.longitude}


@require_http_methods(["GET", "HEAD"])
@with_profile
def own_cv(request: HttpRequest, who: Candidat) -> HttpResponse:
    """Give the person their own CV back."""
    if not who.cv_sha256:
        raise Http404
    return cv_answer(bytes(Candidat.objects.only("cv").get(pk=who.pk).cv))


def cv_answer(content: bytes) -> HttpResponse:
    """Answer with a PDF that a stranger uploaded: to be saved, never displayed inside our origin."""
    headers = {"Content-Disposition": 'attachment; filename="cv.pdf"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_POST
@with_profile
def publish(request: HttpRequest, who: Candidat) -> HttpResponse:
    """Show the profile to retained structures."""
    verdict = vivier.publish(who.id, timezone.now())
    if isinstance(verdict, Denied):
        warn(request, verdict)
    else:
        flash.success(request, "Votre profil est visible des structures retenues.")
    return redirect("aidants:vivier_profile")


@require_POST
@with_profile
def withdraw(request: HttpRequest, who: Candidat) -> HttpResponse:
    """Take the profile out of the pool."""
    vivier.withdraw(who.id, "demande", ANONYME, timezone.now())
    flash.success(request, "Votre profil n’est plus visible. Vous pouvez le montrer de nouveau quand vous voulez.")
    return redirect("aidants:vivier_profile")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the profile in this browser."""
    end_visit(request, PROFILE)
    flash.success(request, "Le profil est fermé sur cet appareil. Un lien le rouvrira.")
    return redirect("aidants:vivier")
