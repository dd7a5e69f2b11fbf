"""The bodies of the JSON APIs, read as narrowly as everything else that comes by the wire."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from oidc.protocol.strict_json import read_json


class StrictJsonParser(JSONParser):
    """JSON in UTF-8 (RFC 8259 §8.1) whose texts and numbers are such; NUL is refused by the field that holds it.

    What comes here is a mebibyte at most (`deploy/bodies.py`), five hundred questions of a batch included.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return what the body says.  Raises ``ParseError``, which is a 400."""
        try:
            return read_json(stream.read().decode(), nul=True)
        except ValueError as error:
            raise ParseError from error
