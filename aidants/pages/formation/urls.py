"""Addresses of training and certification."""

from django.urls import path

from aidants.pages.formation import agrements, mine, organisme

urlpatterns = [
    path("formation", mine.mine, name="formation_mine"),
    path("formation/sessions/<uuid:session_id>/inscription", mine.inscribe, name="formation_inscribe"),
    path("formation/inscriptions/<uuid:inscription_id>/abandon", mine.leave, name="formation_leave"),
    path("organisme", organisme.index, name="organisme"),
    path("organisme/sessions/nouvelle", organisme.new, name="organisme_new"),
    path("organisme/sessions/<uuid:session_id>", organisme.session, name="organisme_session"),
    path("organisme/sessions/<uuid:session_id>/annulation", organisme.cancel, name="organisme_cancel"),
    path("organisme/resultats", organisme.results, name="organisme_results"),
    path("organisme/resultats/import", organisme.import_file, name="organisme_import"),
    path("organismes", agrements.bodies, name="organismes"),
    path("organismes/<uuid:organisme_id>", agrements.body, name="organisme_agrement"),
    path("organismes/<uuid:organisme_id>/fin", agrements.end, name="organisme_end"),
    path("habilitations", agrements.find, name="habilitation_find"),
    path("habilitations/<uuid:compte_id>", agrements.person, name="habilitation_person"),
    path("certifications/<uuid:certification_id>/retrait", agrements.withdraw_certificate, name="certificate_withdraw"),
    path("habilitations/places/<uuid:affectation_id>", agrements.withdraw_right, name="right_withdraw"),
]
