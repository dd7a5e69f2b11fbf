"""Addresses of ``mandats``."""

from django.urls import include, path

from mandats.pages.donnees import notice
from mandats.pages.formation import certificate

app_name = "mandats"
urlpatterns = [
    path("", include("mandats.pages.verifier.urls")),
    path("", include("mandats.pages.conseiller.urls")),
    path("", include("mandats.pages.usager.urls")),
    path("", include("mandats.pages.service.urls")),
    path("vos-donnees", notice, name="notice"),
    path("formation/certificat", certificate, name="training_certificate"),
    path("alertes", include("mandats.pages.alertes.urls")),
    path("pilotage", include("mandats.pages.tableaux.urls")),
    path("administration/", include("mandats.pages.administration.urls")),
    path("", include("mandats.pages.pilotage.urls")),
    path("", include("mandats.pages.sms.urls")),
    path("", include("mandats.pages.public.urls")),
]
