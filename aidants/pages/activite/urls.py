"""Addresses of activity."""

from django.urls import path

from aidants.pages.activite import calls, kits, reports, statistics

urlpatterns = [
    path("activite", reports.report, name="report"),
    path("activite/<uuid:report_id>/annulation", reports.cancel, name="report_cancel"),
    path("activite/chiffres", statistics.statistics, name="statistics"),
    path("kits", kits.order, name="kits"),
    path("kits/<uuid:commande_id>", kits.follow, name="kit_follow"),
    path("kits/envois", kits.to_send, name="kits_to_send"),
    path("kits/envois/<uuid:commande_id>", kits.send, name="kit_send"),
    path("appels-solidarite", calls.queue, name="calls"),
    path("appels-solidarite/nouveau", calls.receive, name="call_receive"),
    path("appels-solidarite/<uuid:call_id>/prise", calls.take, name="call_take"),
    path("appels-solidarite/<uuid:call_id>/rappel", calls.back, name="call_back"),
    path("appels-solidarite/<uuid:call_id>/fin", calls.end, name="call_end"),
    path("activite/export", statistics.export, name="report_export"),
]
