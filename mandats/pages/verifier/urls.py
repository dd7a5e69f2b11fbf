"""Addresses of the agent's pages; all public."""

from django.urls import path

from mandats.pages.verifier import appels, statuses, trust, views

urlpatterns = [
    path("verifier", views.form, name="verify_form"),
    path("verifier/recu", views.receipt, name="verify_receipt"),
    path("verifier/suite", views.suite, name="verify_suite"),
    path("verifier/appel", appels.call, name="verify_call"),
    path("verifier/confiance.json", trust.trust, name="verify_trust"),
    path("vct/mandat/1", trust.vct, name="vct"),
    path(".well-known/jwt-vc-issuer", trust.vc_issuer, name="vc_issuer"),
    path("mandat-type.pdf", trust.blank, name="blank"),
    path("v", views.qr, name="verify_qr"),
    path("status/<int:number>", statuses.status_list, name="status_list"),
]
