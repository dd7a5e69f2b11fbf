"""The worker's loop of followers: one that fails is told, tried again, and holds up nobody."""

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aidants.domain.events import SIGN_IN
from aidants.journal.follow import Follower, Integrated
from aidants.journal.models import Curseur
from aidants.journal.sequence import integrate
from deploy import following, loops
from oidc.provider.ends import ENDS
from tests.aidants.entries import append
from tests.aidants.marks import MARKS, numbers
from tests.builders import NOW
from tests.together import wait_until


def test_the_provider_follows_the_journal_and_no_two_followers_share_a_cursor() -> None:
    assert ENDS in following.FOLLOWERS
    names = [follower.name for follower in following.FOLLOWERS]
    assert len(names) == len(set(names))


def test_a_follower_that_fails_is_told_and_holds_up_no_other(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = threading.Event()
    failing.set()
    read: list[int] = []

    def stumble(entry: Integrated, now: datetime) -> None:
        if failing.is_set():
            raise RuntimeError("Key (family_name)=(DUBOIS) already exists")
        read.append(entry.number)

    told: list[dict[str, Any]] = []
    monkeypatch.setattr(following, "FOLLOWERS", (Follower("weak", {SIGN_IN: stumble}, from_the_start=True), MARKS))
    monkeypatch.setattr(loops, "_SECONDS", 0.05)
    monkeypatch.setattr(following.log, "error", lambda event, **facts: told.append({"event": event, **facts}))
    append(3)
    integrate(NOW)
    stop, late = threading.Event(), "the loop does not come to it"
    loop = threading.Thread(target=following.following, args=(stop,))
    loop.start()
    wait_until(lambda: numbers() == [0, 1, 2] and len(told) >= 2, seconds=10, otherwise=late)
    failing.clear()
    wait_until(lambda: len(read) == 3, seconds=10, otherwise=late)
    stop.set()
    loop.join()
    assert (told[0]["event"], told[0]["follower"]) == ("follower stopped", "weak")
    assert told[0]["entry"] == "follower weak, entry n° 0 of the journal"
    assert told[0]["error"] == "RuntimeError"
    assert Path(__file__).name in told[0]["at"]
    assert "DUBOIS" not in str(told)
    assert Curseur.objects.get(pk="weak").number == 3
    assert read == [0, 1, 2]
