"""Addresses of a sign-in at FranceConnect; ``oidc.urls`` gathers them."""

from django.urls import path

from oidc.franceconnect import phone_views, views

urlpatterns = [
    path("franceconnect/brouillon/<uuid:brouillon_id>", views.start_brouillon, name="fc_start_brouillon"),
    path("franceconnect/usager", views.start_usager, name="fc_start_usager"),
    path("franceconnect/brouillon/<uuid:brouillon_id>/telephone", phone_views.wait, name="fc_phone_wait"),
    path("franceconnect/brouillon/<uuid:brouillon_id>/telephone/ouvrir", phone_views.start, name="fc_phone_open"),
    path("franceconnect/brouillon/<uuid:brouillon_id>/telephone/etat", phone_views.state, name="fc_phone_state"),
    path("franceconnect/brouillon/<uuid:brouillon_id>/telephone/annuler", phone_views.cancel, name="fc_phone_cancel"),
    path("telephone", phone_views.enter, name="fc_phone_enter"),
    path("telephone/nombre", phone_views.number, name="fc_phone_number"),
    path("franceconnect/retour", views.callback, name="fc_callback"),
    path("franceconnect/deconnexion", views.logout_return, name="fc_logout_return"),
]
