"""Undefined template variables: an error in our own templates, silent in those of libraries, which rely on them."""

import sys
from pathlib import Path
from types import FrameType

from django.template.base import Node

_ROOT = Path(__file__).resolve().parent.parent
_OURS = tuple(_ROOT / name for name in ("aidants", "mandats", "oidc", "deploy"))


class UndefinedVariableError(AssertionError):
    """A template of ours named a variable that its view does not give."""


def _origin(frame: FrameType | None) -> str | None:
    """Return the file of the innermost template node on the stack."""
    while frame is not None:
        node = frame.f_locals.get("self")
        origin = getattr(node, "origin", None)
        if isinstance(node, Node) and origin is not None:
            return str(origin.name)
        frame = frame.f_back
    return None


class UndefinedVariable(str):
    """A value for Django's ``string_if_invalid``: the engine asks it for its truth when a variable is undefined.

    False (the empty string) towards libraries' templates; raises :class:`UndefinedVariableError` in ours.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        caller = sys._getframe(1)
        origin = _origin(caller)
        if origin is not None and any(Path(origin).is_relative_to(folder) for folder in _OURS):
            name = getattr(caller.f_locals.get("self"), "token", "?")
            raise UndefinedVariableError(f"{Path(origin).relative_to(_ROOT)}: {{{{ {name} }}}} is undefined")
        return False
