"""Addresses of the habilitation."""

from django.urls import path

from aidants.pages.habilitation import declarations, dossier, droit, instruction

urlpatterns = [
    path("habilitation", dossier.start, name="dossier_start"),
    path("habilitation/reprise", dossier.resume, name="dossier_resume"),
    path("habilitation/dossier", dossier.dossier, name="dossier"),
    path("habilitation/dossier/message", dossier.message, name="dossier_message"),
    path("habilitation/dossier/fermeture", dossier.leave, name="dossier_leave"),
    path("habilitation/dossiers", instruction.queue, name="dossier_queue"),
    path("habilitation/dossiers/<uuid:dossier_id>", instruction.instruct, name="dossier_instruct"),
    path("habilitation/dossiers/<uuid:dossier_id>/message", instruction.write, name="dossier_write"),
    path("structure/habilitation", declarations.declare, name="structure_declare"),
    path("mon-droit", droit.right, name="right"),
    path("conditions", droit.terms, name="terms"),
]
