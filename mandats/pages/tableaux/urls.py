"""Addresses of the dashboards."""

from django.urls import path

from mandats.pages.tableaux import views

app_name = "pilotage"
urlpatterns = [
    path("", views.nation, name="nation"),
    path("/departements", views.departements, name="departements"),
    path("/mon-departement", views.mine, name="mine"),
    path("/departements/<slug:departement>", views.departement, name="departement"),
]
