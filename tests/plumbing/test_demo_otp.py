"""``demo_otp`` prints a code that the service accepts, whatever was accepted before; only in the demonstration."""

import time
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("drift", [-1, 0, 1])
@pytest.mark.parametrize("used", [-2, -1, 0])
def test_the_code_is_accepted(settings: Any, drift: int, used: int) -> None:
    settings.DEMO = True
    device = TOTPDevice.objects.get(user=builders.compte("nadia@ccas.example"))
    device.drift, device.last_t = drift, int(time.time() - device.t0) // device.step + drift + used
    device.save()
    output = StringIO()
    call_command("demo_otp", "Nadia@ccas.example", stdout=output)
    assert device.verify_token(output.getvalue().strip())


def test_nobody_s_code_is_printed_elsewhere(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_otp", builders.compte().email)
