"""Addresses of the public pages."""

from django.urls import path

from mandats.pages.public import contact, donnees_ouvertes, views

app_name = "public"
urlpatterns = [
    path("pour-les-usagers", views.prose, {"slug": "pour-les-usagers"}, name="for_usagers"),
    path("pour-les-aidants", views.prose, {"slug": "pour-les-aidants"}, name="for_aidants"),
    path("pour-les-administrations", views.prose, {"slug": "pour-les-administrations"}, name="for_administrations"),
    path("conditions-d-utilisation", views.prose, {"slug": "conditions-d-utilisation"}, name="terms"),
    path("mentions-legales", views.prose, {"slug": "mentions-legales"}, name="legal"),
    path("accessibilite", views.prose, {"slug": "accessibilite"}, name="accessibility"),
    path("plan-du-site", views.site_map, name="site_map"),
    path("aide-en-ligne", views.help_index, name="help"),
    path("aide-en-ligne/<slug:slug>", views.help_article, name="help_article"),
    path("nous-ecrire", contact.contact, name="contact"),
    path("nous-ecrire/envoye", contact.contact_sent, name="contact_sent"),
    path("statistiques", views.statistics, name="statistics"),
    path("donnees-ouvertes", donnees_ouvertes.open_data, name="open_data"),
    path("donnees-ouvertes/structures.json", donnees_ouvertes.structures_json, name="structures_json"),
    path("donnees-ouvertes/structures.csv", donnees_ouvertes.structures_csv, name="structures_csv"),
    path(".well-known/security.txt", donnees_ouvertes.security_txt, name="security_txt"),
    path("robots.txt", donnees_ouvertes.robots_txt, name="robots_txt"),
]
