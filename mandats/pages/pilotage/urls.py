"""Addresses of the figures."""

from django.urls import path

from mandats.pages.pilotage import views

urlpatterns = [path("pilotage/refus", views.refus, name="refus")]
