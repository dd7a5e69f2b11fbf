"""Addresses of ``aidants``."""

from django.urls import URLPattern

app_name = "aidants"
urlpatterns: list[URLPattern] = []
