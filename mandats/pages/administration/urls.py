"""Addresses of the administrateur's and the instructeur's screens."""

from django.urls import path

from mandats.pages.administration import archive, demandes, persons, rapprochements

app_name = "administration"
urlpatterns = [
    path("droits", demandes.index, name="droits"),
    path("droits/recherche", persons.search, name="search"),
    path("droits/personnes/<uuid:usager_id>", persons.person, name="person"),
    path("droits/personnes/<uuid:usager_id>/demande/<slug:kind>", persons.ask_for, name="ask"),
    path("droits/demandes/<uuid:demande_id>", demandes.detail, name="demande"),
    path("droits/demandes/<uuid:demande_id>/retrait", demandes.take_back, name="withdraw"),
    path("droits/demandes/<uuid:demande_id>/copie", demandes.copy, name="copy"),
    path("droits/rapprochements/<uuid:row_id>", rapprochements.detail, name="rapprochement"),
    path("droits/rapprochements/<uuid:row_id>/separation", rapprochements.part, name="part"),
    path("archive", archive.look_up, name="archive"),
]
