"""Addresses of structures and national roles by screen."""

from django.urls import path

from aidants.pages.structures import names, places, registry, roles

urlpatterns = [
    path("registre/structures", registry.index, name="structure_list"),
    path("registre/structures/nouvelle", registry.new, name="structure_new"),
    path("registre/structures/<uuid:structure_id>", registry.detail, name="structure_detail"),
    path("registre/structures/<uuid:structure_id>/changement", registry.change, name="structure_change"),
    path("registre/structures/<uuid:structure_id>/service", registry.suspend, name="structure_suspend"),
    path("registre/structures/<uuid:structure_id>/referent", registry.referent, name="structure_referent"),
    path("registre/fonctions", roles.index, name="roles"),
    path("registre/fonctions/<uuid:fonction_id>/retrait", roles.withdraw, name="role_withdraw"),
    path("registre/fonctions/demandes/<uuid:nomination_id>", roles.answer, name="nomination_answer"),
    path("personnes/<uuid:compte_id>/nom", names.correct, name="correct_identity"),
    path("equipe/<uuid:compte_id>/place", places.place, name="place"),
    path("equipe/demandes/<uuid:adhesion_id>", places.answer, name="adhesion_answer"),
    path("structures/rejoindre", places.join, name="join"),
    path("structures/rejoindre/<uuid:adhesion_id>/retrait", places.take_back, name="adhesion_take_back"),
]
