"""What tests over HTTP are held to: a request that changed a row that matters left an entry of the journal, or a count.

Tables that hold no act are named here, each with why; whatever else a request inserts, updates or deletes is an act of
somebody.  A view that forgets to tell is thus red in each test that goes through it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aidants.journal.told import listening

WRITES: Final = re.compile(r"(?:INSERT\s+INTO|(?<!FOR )(?<!DO )(?<!KEY )UPDATE|DELETE\s+FROM)\s+\"?(\w+)\"?")

NO_ACT: Final[Mapping[str, str]] = {
    "session_ouverte": "a browser's session, and when it was last seen",
    "appareil": "a browser that is known, so that a new one is told",
    "generateur": "the step of the last code: a right code is told by what it opens, a wrong one is counted",
    "axes_accessattempt": "counts wrong passwords, each of them an entry",
    "django_tasks_database_dbtaskresult": "a task queued, which tells its act when it runs",
    "journal_refus_compte": "counts refusals, which is to tell them",
}


@contextmanager
def watching() -> Iterator[list[str]]:
    """Watch every request that this process answers during the block; give those that wrote and told nothing."""
    found: list[str] = []
    answer = BaseHandler.get_response

    def watched(handler: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        written: set[str] = set()

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            written.update(WRITES.findall(sql))
            return execute(sql, params, many, context)

        with listening() as told, connection.execute_wrapper(note):
            response = answer(handler, request)
        acts = written - NO_ACT.keys()
        if acts and not told.entries and not told.refusals:
            route = request.resolver_match.view_name if request.resolver_match else request.path
            found.append(f"{request.method} {route}: {', '.join(sorted(acts))}")
        return response

    BaseHandler.get_response = watched  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        BaseHandler.get_response = answer  # type: ignore[method-assign]
