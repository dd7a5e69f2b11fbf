"""Addresses of the alerts."""

from django.urls import path

from mandats.pages.alertes import views

app_name = "alertes"
urlpatterns = [
    path("", views.index, name="list"),
    path("/regles", views.rules, name="rules"),
    path("/<uuid:alerte_id>", views.answer, name="answer"),
]
