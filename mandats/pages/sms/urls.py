"""Address of the provider's web hook: public, because the call proves itself by its signature."""

from django.urls import path

from mandats.pages.sms import views

urlpatterns = [path("sms/retour", views.callback, name="sms_callback")]
