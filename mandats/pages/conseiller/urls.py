"""Addresses of the conseiller's screens."""

from django.urls import path

from mandats.pages.conseiller import desk

urlpatterns = [
    path("accueil", desk.desk, name="desk"),
]
