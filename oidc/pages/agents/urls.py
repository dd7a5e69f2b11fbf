"""Addresses of an administration's agents; all public, each asks for the agent's own session."""

from django.urls import path

from oidc.pages.agents import views

urlpatterns = [
    path("verifier/agent", views.verify, name="agent_verify"),
    path("verifier/agent/proconnect", views.start, name="agent_start"),
    path("verifier/agent/service", views.service, name="agent_service"),
    path("verifier/agent/suite", views.suite, name="agent_suite"),
    path("verifier/agent/fin", views.leave, name="agent_leave"),
]
