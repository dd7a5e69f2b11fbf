"""Addresses of ``aidants``."""

from django.urls import path

from aidants.pages import home, journal, sign_in

app_name = "aidants"
urlpatterns = [
    path("", home.home, name="home"),
    path("connexion", sign_in.sign_in, name="sign_in"),
    path("connexion/code", sign_in.second_factor, name="second_factor"),
    path("deconnexion", sign_in.sign_out, name="sign_out"),
    path("journal", journal.journal, name="journal"),
    path("journal/checkpoint", journal.checkpoint, name="journal_checkpoint"),
    path("journal/tile/entries/<path:place>", journal.entries, name="journal_entries"),
    path("journal/tile/<str:level>/<path:place>", journal.tile, name="journal_tile"),
    path("structures", sign_in.structures, name="structures"),
]
