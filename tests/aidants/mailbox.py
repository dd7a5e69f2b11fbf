"""What waits in the outbox for one address."""

import re
from typing import Any

from django.test import Client
from django_tasks_db.models import DBTaskResult

from aidants.comptes.passwords import send_link
from aidants.envois.models import Envoi
from aidants.envois.outbox import Message, message_of


def messages_to(email: str) -> list[Message]:
    """Return the messages to an address, oldest first."""
    found = (message_of(row) for row in Envoi.objects.order_by("created_at", "id"))
    return [message for message in found if message is not None and message.to == email]


def subjects_to(email: str) -> list[str]:
    return [message.subject for message in messages_to(email)]


def link_code(email: str) -> str:
    """Return the code of the last link sent to an address."""
    code: str = re.findall(r"#([a-z0-9-]{23})\n", messages_to(email)[-1].text)[-1]
    return code


def forget_password(email: str, browser: Client | None = None, **headers: Any) -> Any:
    """Ask for a link to a new password, and let the worker send it."""
    answer = (browser or Client()).post("/mot-de-passe/oublie", {"email": email}, **headers)
    queued = DBTaskResult.objects.filter(task_path="aidants.comptes.passwords.send_link").order_by("enqueued_at")
    for row in queued:
        send_link.func(*row.args_kwargs["args"])
    queued.delete()
    return answer


def recovery_code(email: str) -> str:
    """Return the code of the last recovery sent to an address."""
    found = [re.search(r"Votre code : ([\d ]+)", message.text) for message in messages_to(email)]
    return [match[1] for match in found if match][-1]


def invitation_code(email: str) -> str:
    """Return the last code sent to prove an invited address."""
    found = [re.search(r"Votre code : (\d{3} \d{3})\n", message.text) for message in messages_to(email)]
    return [match[1] for match in found if match][-1]


def is_them(browser: Client, email: str) -> Any:
    """Say « c’est moi » on an invitation opened in this browser, and type the code that came to the address."""
    asked = browser.post("/invitation/identite")
    assert asked["Location"] == "/invitation/code", asked
    return browser.post("/invitation/code", {"code": invitation_code(email)})
