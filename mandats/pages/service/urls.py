"""Addresses of the screens that stop mandats for the service, and of the referent's."""

from django.urls import path

from mandats.pages.service import accueil, chiffres, fins, forms_paper, fusion, objections

urlpatterns = [
    path("accueil-telephonique", accueil.telephone, name="accueil"),
    path("accueil-telephonique/suspendre/<uuid:mandat_id>", accueil.suspend, name="accueil_suspend"),
    path("accueil-telephonique/formulaire", accueil.paper, name="accueil_paper"),
    path("accueil-telephonique/lettres", accueil.letters, name="accueil_letters"),
    path("accueil-telephonique/lettres/remise", accueil.hand, name="accueil_hand"),
    path("accueil-telephonique/lettres/accord/<uuid:accord_id>", accueil.accord, name="accueil_accord"),
    path("accueil-telephonique/lettres/<uuid:usager_id>/<uuid:structure_id>", accueil.letter, name="accueil_letter"),
    path("equipe/renonciation", fins.renounce, name="renounce"),
    path("desaccords", objections.objections, name="objections"),
    path("desaccords/<uuid:contestation_id>/reponse", objections.answer, name="objection_answer"),
    path("administration/deces-ou-tutelle", fins.proof, name="end_by_proof"),
    path("habilitations/fin-de-structure", fins.closure, name="closure"),
    path("habilitations/fin-de-structure/confirmation", fins.closure_confirm, name="closure_confirm"),
    path("registre/structures/<uuid:structure_id>/fusion", fusion.merger, name="merger"),
    path("equipe/chiffres", chiffres.figures, name="figures"),
    path("formulaire-d-arret", forms_paper.stop_form, name="stop_form"),
]
