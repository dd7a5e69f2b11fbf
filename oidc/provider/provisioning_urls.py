"""Addresses of the provisioning API; a caller's own names stand in them, and never hold a person's."""

from django.urls import path

from oidc.provider import provisioning as api

_ONE = "structures/<str:structure>"

urlpatterns = [
    path("structures", api.Structures.as_view(), name="api_structures"),
    path("structures.csv", api.StructuresFile.as_view(), name="api_structures_file"),
    path(_ONE, api.Structure.as_view(), name="api_structure"),
    path(f"{_ONE}/desactivation", api.StructureEnd.as_view(), name="api_structure_end"),
    path(f"{_ONE}/aidants", api.Aidants.as_view(), name="api_aidants"),
    path(f"{_ONE}/aidants.csv", api.AidantsFile.as_view(), name="api_aidants_file"),
    path(f"{_ONE}/aidants/<str:aidant>", api.Aidant.as_view(), name="api_aidant"),
    path(f"{_ONE}/aidants/<str:aidant>/desactivation", api.AidantEnd.as_view(), name="api_aidant_end"),
]
