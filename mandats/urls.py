"""Addresses of ``mandats``."""

from django.urls import URLPattern

app_name = "mandats"
urlpatterns: list[URLPattern] = []
