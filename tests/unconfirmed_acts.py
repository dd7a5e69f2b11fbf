"""What tests over HTTP are held to: an act of `AT_THE_ACT` changes a row only after the factor was given for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from deploy.factor_routes import AT_THE_ACT
from tests.silent_acts import NO_ACT, WRITES

# A wrong code is counted on the account, and its owner told.
_OF_A_WRONG_CODE = {"compte", "envoi"}
# Who answers « non » to somebody of elsewhere gives nothing: no factor is asked for that.
_GIVES_NOTHING = ("aidants:adhesion_answer", "refuser")


def _route(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


class _Watch:
    """One process's watch: what was asked of the factor since the last request began, and what went without."""

    def __init__(self) -> None:
        self.given: list[bool] = []
        self.found: list[str] = []

    def noting(self, ask: Any) -> Any:
        """Note what ``ask`` answers, each time it is called."""

        def noted(*args: Any, **kwargs: Any) -> Any:
            outcome = ask(*args, **kwargs)
            self.given.append(bool(outcome))
            return outcome

        return noted

    def watched(self, handler: BaseHandler, request: HttpRequest, answer: Any) -> HttpResponseBase:
        """Answer a request; note what it wrote without the factor."""
        route, written = _route(request) if request.method == "POST" else "", set()

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            written.update(WRITES.findall(sql))
            return execute(sql, params, many, context)

        if route not in AT_THE_ACT:
            return answer(handler, request)
        # A request may be answered while another one is, where a test has two people act at once.
        outer, self.given = self.given, []
        with connection.execute_wrapper(note):
            response = answer(handler, request)
        given, self.given = self.given, outer
        acts = {table for table in written - NO_ACT.keys() if not table.startswith("journal_")}
        acts -= _OF_A_WRONG_CODE if given else set()
        if acts and not any(given) and (route, request.POST.get("answer")) != _GIVES_NOTHING:
            self.found.append(f"{route}: {', '.join(sorted(acts))}")
        return response


@contextmanager
def watching() -> Iterator[list[str]]:
    """Watch every request that this process answers during the block; give the acts that nothing confirmed."""
    from aidants.comptes import fresh_factor, second_factor

    watch, answer = _Watch(), BaseHandler.get_response
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fresh_factor, "give_factor", watch.noting(fresh_factor.give_factor))
        patch.setattr(second_factor, "may_change", watch.noting(second_factor.may_change))
        patch.setattr(BaseHandler, "get_response", lambda handler, request: watch.watched(handler, request, answer))
        yield watch.found
