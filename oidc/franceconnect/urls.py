"""Addresses of a sign-in at FranceConnect; ``oidc.urls`` gathers them."""

from django.urls import path

from oidc.franceconnect import views

urlpatterns = [
    path("franceconnect/brouillon/<uuid:brouillon_id>", views.start_brouillon, name="fc_start_brouillon"),
    path("franceconnect/usager", views.start_usager, name="fc_start_usager"),
    path("franceconnect/retour", views.callback, name="fc_callback"),
    path("franceconnect/deconnexion", views.logout_return, name="fc_logout_return"),
]
