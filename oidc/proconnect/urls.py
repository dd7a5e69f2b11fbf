"""Addresses of a sign-in by ProConnect."""

from django.urls import path

from oidc.proconnect import views

urlpatterns = [
    path("connexion/proconnect", views.start, name="proconnect_start"),
    path("connexion/proconnect/retour", views.callback, name="proconnect_callback"),
    path("connexion/proconnect/code", views.code, name="proconnect_code"),
    path("connexion/proconnect/fin", views.end, name="proconnect_end"),
]
