"""``check --deploy``: refuses a start whose messages would go nowhere, in clear or into a log."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 -- Django's name

_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_OF_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_ASKED = {
    "SERVICE_POST": "l’adresse postale à laquelle les personnes écrivent",
    "SERVICE_PRIVACY": "l’adresse électronique pour les données personnelles",
    "ACCUEIL_TELEPHONE": "le numéro que les personnes appellent",
    "ACCUEIL_HORAIRES": "les jours et les heures où ce numéro répond",
    "SERVICE_DIRECTEUR": "le directeur de la publication, que la loi fait nommer (mentions légales)",
    "SERVICE_HEBERGEUR": "le nom et l’adresse de l’hébergeur (mentions légales)",
}


@register(Tags.security, deploy=True)
def check_text_messages(**kwargs: Any) -> list[CheckMessage]:
    """Text messages leave by a provider, by https, or are said not to leave; never into a log or a folder."""
    backend = settings.SMS_BACKEND
    if backend == "none":
        advice = "SMS_BACKEND=none : aucun SMS ne part, les voies qui en demandent sont refusées."
        return [Warning(advice, id="mandats.W001")]
    if backend in ("console", "file"):
        advice = f"SMS_BACKEND={backend} : les codes seraient écrits sur la machine. Choisir gatewayapi, ou none."
        return [Error(advice, id="mandats.E026")]
    if not (settings.SMS_API_TOKEN and settings.SMS_SENDER and len(settings.SMS_WEBHOOK_SECRET) >= 32):
        advice = "SMS_API_TOKEN, SMS_SENDER ou SMS_WEBHOOK_SECRET (32 caractères au moins) manque."
        return [Error(advice, id="mandats.E015")]
    if not settings.SMS_API_BASE.startswith("https://"):
        return [Error("SMS_API_BASE doit commencer par https://.", id="mandats.E027")]
    return []


@register(Tags.security, deploy=True)
def check_emails(**kwargs: Any) -> list[CheckMessage]:
    """E-mails leave by a relay, under TLS unless it is on this machine: they carry codes and links."""
    found: list[CheckMessage] = []
    if settings.EMAIL_BACKEND != _SMTP:
        found.append(Error("EMAIL_BACKEND : les courriels ne partiraient pas.", id="mandats.E028"))
    if not settings.EMAIL_USE_TLS and settings.EMAIL_HOST not in _OF_THIS_MACHINE:
        advice = "EMAIL_USE_TLS=0 : codes et liens iraient en clair jusqu’au relais."
        found.append(Error(advice, id="mandats.E029"))
    if settings.DEFAULT_FROM_EMAIL.endswith(".example"):
        found.append(Error("DEFAULT_FROM_EMAIL : une adresse qui existe.", id="mandats.E030"))
    return found


@register(Tags.security, deploy=True)
def check_contacts(**kwargs: Any) -> list[CheckMessage]:
    """Papers, messages and the legal notice tell where to write, whom to call and when, who answers for the site."""
    return [
        Error(f"{name} manque : {what}.", id="mandats.E031")
        for name, what in _ASKED.items()
        if not getattr(settings, name) or getattr(settings, name).endswith(".example")
    ]
