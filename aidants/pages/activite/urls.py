"""Addresses of activity."""

from django.urls import path

from aidants.pages.activite import reports, statistics

urlpatterns = [
    path("activite", reports.report, name="report"),
    path("activite/<uuid:report_id>/annulation", reports.cancel, name="report_cancel"),
    path("activite/chiffres", statistics.statistics, name="statistics"),
    path("activite/export", statistics.export, name="report_export"),
]
