"""Addresses of ``aidants``."""

from django.urls import path

from aidants.pages import home, sign_in

app_name = "aidants"
urlpatterns = [
    path("", home.home, name="home"),
    path("connexion", sign_in.sign_in, name="sign_in"),
    path("connexion/code", sign_in.second_factor, name="second_factor"),
    path("deconnexion", sign_in.sign_out, name="sign_out"),
    path("structures", sign_in.structures, name="structures"),
]
