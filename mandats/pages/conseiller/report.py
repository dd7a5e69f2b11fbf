"""The activity report that a use of a mandat proposes, ready-filled: this app asks the lower one to write it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aidants.dispositif.activite.forms import ReportForm, usual
from aidants.dispositif.activite.reports import is_reported, write_report
from aidants.domain.acteur import Acteur
from aidants.domain.activite.comptes_rendus import themes_of_use
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.pages.posted import posted
from mandats.pages.conseiller.access import with_mandat
from mandats.registre.dossier import utilisation_of
from mandats.registre.models import Mandat

_CHANNELS = {"telephone": "distance", "courrier": "distance"}


@require_http_methods(["GET", "HEAD", "POST"])
@with_mandat
def report(request: HttpRequest, acteur: Acteur, mandat: Mandat, utilisation_id: UUID) -> HttpResponse:
    """Propose the report of one's own use; one at most."""
    use = utilisation_of(mandat, utilisation_id)
    if use is None or use.aidant_id != acteur.id:
        raise Http404
    demarche = use.autorisation.demarche
    given = {"channel": _CHANNELS.get(use.channel, "bureau"), "manner": use.manner or "avec"}
    form = ReportForm(posted(request), initial=usual(use.used_on, themes=themes_of_use(demarche), **given))
    status = 200
    if form.is_valid():
        done = write_report(form.content(), acteur, timezone.now(), use.id)
        if not isinstance(done, Denied):
            messages.success(request, "Le compte rendu est enregistré.")
            return redirect("mandats:detail", mandat.id)
        form.add_error(None, done.reason.message)
        status = done.reason.http
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "mandat": mandat,
        "demarche": DEMARCHES[demarche].label,
        "use": use,
        "done": is_reported(use.id),
    }
    return render(request, "mandats/conseiller/report.html", context, status=status)
