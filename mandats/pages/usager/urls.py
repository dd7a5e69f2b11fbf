"""Addresses of the usager's pages.  All are public routes: each asks for the usager's own session."""

from django.urls import path

from mandats.pages.usager import contacts, enter, journal, mandat, orientation

urlpatterns = [
    path("orientation", orientation.orientation, name="orientation"),
    path("usager", enter.enter, name="usager_enter"),
    path("contact", contacts.undo, name="contact_undo"),
    path("usager/contacts", contacts.contacts, name="usager_contacts"),
    path("usager/fermer", enter.close, name="usager_close"),
    path("usager/mandats", mandat.page, name="usager_page"),
    path("usager/mandats/<uuid:mandat_id>", mandat.mandat, name="usager_mandat"),
    path("usager/mandats/<uuid:mandat_id>/arreter", mandat.stop, name="usager_stop"),
    path("usager/mandats/<uuid:mandat_id>/arreter/<uuid:autorisation_id>", mandat.stop, name="usager_stop_part"),
    path("usager/mandats/<uuid:mandat_id>/code", mandat.new_code, name="usager_new_code"),
    path("usager/mandats/<uuid:mandat_id>/code/annuler", mandat.cancel_code, name="usager_cancel_code"),
    path("usager/mandats/<uuid:mandat_id>/document", mandat.document, name="usager_document"),
    path("usager/mandats/<uuid:mandat_id>/preuve", journal.proof, name="usager_proof"),
    path("usager/mandats/<uuid:mandat_id>/journal", journal.journal, name="usager_journal"),
]
