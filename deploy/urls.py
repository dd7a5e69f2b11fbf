"""Every address of the service, assembled from the three apps."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from deploy import administration


@csrf_exempt
@require_safe
def sante(request: HttpRequest) -> HttpResponse:
    """Tell a supervisor that the process answers; says nothing else."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("sante", sante, name="sante"),
    # Django tries one address after the other: those that servers call, thousands of times a minute, come first,
    # then those of the desk.
    path("", include("oidc.urls")),
    path("", include("mandats.urls")),
    path("gestion/", administration.site.urls),
    path("", include("aidants.urls")),
]

handler400 = "aidants.pages.errors.bad_request"
handler403 = "aidants.pages.errors.forbidden"
handler404 = "aidants.pages.errors.not_found"
handler500 = "aidants.pages.errors.server_error"
