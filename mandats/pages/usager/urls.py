"""Addresses of the usager's pages.  All are public routes: each asks for the usager's own session."""

from django.urls import path

from mandats.pages.usager import contacts, copies, enter, journal, mandat, objections, orientation, stops

urlpatterns = [
    path("orientation", orientation.orientation, name="orientation"),
    path("usager", enter.enter, name="usager_enter"),
    path("contact", contacts.undo, name="contact_undo"),
    path("usager/contacts", contacts.contacts, name="usager_contacts"),
    path("usager/contacts/partage", contacts.shared, name="usager_contact_shared"),
    path("usager/fermer", enter.close, name="usager_close"),
    path("usager/mandats", mandat.page, name="usager_page"),
    path("usager/mandats/<uuid:mandat_id>", mandat.mandat, name="usager_mandat"),
    path("usager/mandats/<uuid:mandat_id>/arreter", mandat.stop, name="usager_stop"),
    path("usager/mandats/<uuid:mandat_id>/arreter/<uuid:autorisation_id>", mandat.stop, name="usager_stop_part"),
    path("usager/mandats/<uuid:mandat_id>/code", mandat.new_code, name="usager_new_code"),
    path("usager/mandats/<uuid:mandat_id>/codes", mandat.new_codes, name="usager_new_codes"),
    path("usager/mandats/<uuid:mandat_id>/code/annuler", mandat.cancel_code, name="usager_cancel_code"),
    path("usager/mandats/<uuid:mandat_id>/document", mandat.document, name="usager_document"),
    path("usager/mandats/<uuid:mandat_id>/formes/<slug:code>", mandat.form, name="usager_form"),
    path("usager/mandats/<uuid:mandat_id>/preuve", journal.proof, name="usager_proof"),
    path("usager/mandats/<uuid:mandat_id>/journal", journal.journal, name="usager_journal"),
    path("usager/mandats/<uuid:mandat_id>/suspendre", stops.suspend, name="usager_suspend"),
    path("usager/mandats/<uuid:mandat_id>/reprendre", stops.resume, name="usager_resume"),
    path("usager/mandats/<uuid:mandat_id>/portefeuille", copies.titre, name="usager_titre"),
    path("usager/mandats/<uuid:mandat_id>/attestation", copies.certificate, name="usager_certificate"),
    path(
        "usager/mandats/<uuid:mandat_id>/utilisations/<uuid:utilisation_id>/desaccord",
        objections.objection,
        name="usager_objection",
    ),
    path("usager/tout-arreter", stops.stop_all, name="usager_stop_all"),
    path("usager/releve", copies.releve, name="usager_releve"),
    path("usager/releve.pdf", copies.releve_pdf, name="usager_releve_pdf"),
    path("usager/releve/courriel", copies.releve_email, name="usager_releve_email"),
    path("usager/copie", copies.copy, name="usager_copy"),
]
