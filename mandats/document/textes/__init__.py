"""The words of the mandat: the exact French text that is shown, signed, hashed and printed.

Owns the dated legal files next to it and the filling of their blanks.  A dated file never changes
once a mandat was signed on it: a correction is a new date.  Never lays out a page (``render``).
"""

from mandats.document.textes.filling import (
    TEXT_VERSION,
    Block,
    blank_text,
    blocks,
    frozen_text,
    sha256_hex,
    summary_text,
    text_file_sha256,
)
from mandats.document.textes.given import DemarcheAsked, ServiceContact, TextInput

__all__ = [
    "TEXT_VERSION",
    "Block",
    "DemarcheAsked",
    "ServiceContact",
    "TextInput",
    "blank_text",
    "blocks",
    "frozen_text",
    "sha256_hex",
    "summary_text",
    "text_file_sha256",
]
