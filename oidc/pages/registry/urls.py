"""Addresses of the registry."""

from django.urls import path

from oidc.pages.registry import views

_CLIENT = "registre/sites/<uuid:client_pk>"

urlpatterns = [
    path("registre/sites", views.clients, name="registry"),
    path("registre/sites/nouveau", views.new, name="registry_new"),
    path(_CLIENT, views.client_page, name="registry_client"),
    path(f"{_CLIENT}/reglages", views.change, name="registry_change"),
    path(f"{_CLIENT}/secret", views.rotate, name="registry_rotate"),
    path(f"{_CLIENT}/acces", views.suspend, name="registry_suspend"),
    path(f"{_CLIENT}/annonces", views.receiver, name="registry_receiver"),
]
