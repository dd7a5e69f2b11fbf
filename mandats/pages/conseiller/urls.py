"""Addresses of the conseiller's screens."""

from django.urls import path

from mandats.pages.conseiller import acceptance, ailleurs, calls, consent, desk, ends, records, renewal, steps, uses

_BROUILLON = "mandats/brouillons/<uuid:brouillon_id>"
_MANDAT = "mandats/<uuid:mandat_id>"

urlpatterns = [
    path("accueil", desk.desk, name="desk"),
    path("appel", calls.call_code, name="call_code"),
    path("mandats", desk.mandat_list, name="list"),
    path("mandats/recherche", desk.find, name="find"),
    path("mandats/nouveau", steps.new, name="new"),
    path(f"{_BROUILLON}/demarches", steps.change, name="brouillon_change"),
    path(f"{_BROUILLON}/carte", steps.card, name="brouillon_card"),
    path(f"{_BROUILLON}/identite", steps.identity, name="brouillon_identity"),
    path(f"{_BROUILLON}/ce-nest-pas-moi", steps.not_me, name="brouillon_not_me"),
    path(f"{_BROUILLON}/abandon", steps.abandon, name="brouillon_abandon"),
    path(f"{_BROUILLON}/recapitulatif", consent.recap, name="brouillon_recap"),
    path(f"{_BROUILLON}/autres-structures", ailleurs.elsewhere, name="brouillon_elsewhere"),
    path(f"{_BROUILLON}/ancien-mandat", ailleurs.citation, name="brouillon_citation"),
    path(f"{_BROUILLON}/ancien-mandat/oublier", ailleurs.forget, name="brouillon_forget_citation"),
    path(f"{_BROUILLON}/accord/signature", consent.by_drawing, name="brouillon_consent_drawing"),
    path(f"{_BROUILLON}/accord/envoi-du-code", consent.send_code, name="brouillon_consent_send_code"),
    path(f"{_BROUILLON}/accord/code", consent.by_code, name="brouillon_consent_code"),
    path(f"{_BROUILLON}/accord/exemplaire", consent.exemplaire, name="brouillon_consent_exemplaire"),
    path(f"{_BROUILLON}/accord/papier", consent.by_paper, name="brouillon_consent_paper"),
    path(f"{_BROUILLON}/acceptation", acceptance.accept, name="brouillon_accept"),
    path(_MANDAT, records.detail, name="detail"),
    path(f"{_MANDAT}/document", records.document, name="document"),
    path(f"{_MANDAT}/pieces/<uuid:document_id>", records.piece, name="piece"),
    path(f"{_MANDAT}/preuve", records.proof, name="proof"),
    path(f"{_MANDAT}/renouveler", renewal.renew, name="renew"),
    path(f"{_MANDAT}/volet", records.volet, name="volet"),
    path(f"{_MANDAT}/utilisation", uses.declare, name="declare_use"),
    path(f"{_MANDAT}/utilisations/<uuid:utilisation_id>/correction", uses.correct, name="correct_use"),
    path(f"{_MANDAT}/utilisations/<uuid:utilisation_id>/maniere", uses.manner, name="use_manner"),
    path(f"{_MANDAT}/arret", ends.revoke, name="revoke"),
    path(f"{_MANDAT}/demarches/<uuid:autorisation_id>/arret", ends.revoke_one, name="autorisation_revoke"),
]
