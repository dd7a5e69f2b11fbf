"""Addresses of ``mandats``."""

from django.urls import include, path

app_name = "mandats"
urlpatterns = [
    path("", include("mandats.pages.conseiller.urls")),
    path("", include("mandats.pages.usager.urls")),
    path("", include("mandats.pages.verifier.urls")),
    path("", include("mandats.pages.service.urls")),
    path("", include("mandats.pages.sms.urls")),
]
