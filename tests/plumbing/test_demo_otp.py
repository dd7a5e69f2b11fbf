"""``demo_otp`` prints a code that the service accepts, whatever was accepted before; only in the demonstration."""

import time
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from aidants.comptes.facteurs.codes import accepts
from aidants.comptes.facteurs.models import Generateur
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("used", [-2, -1, 0])
def test_the_code_is_accepted(settings: Any, used: int) -> None:
    settings.DEMO = True
    device = Generateur.objects.get(user=builders.compte("nadia@ccas.example"))
    device.last_step = int(time.time()) // 30 + used
    device.save()
    output = StringIO()
    call_command("demo_otp", "Nadia@ccas.example", stdout=output)
    assert accepts(device, output.getvalue().strip(), timezone.now())


def test_nobody_s_code_is_printed_elsewhere(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_otp", builders.compte().email)
