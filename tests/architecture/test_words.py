"""The words of the domain: one word a thing, and no module named for nothing in particular."""

import re

import pytest

from tests.architecture import sources

VAGUE_MODULES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "base",
    "core",
    "misc",
    "shared",
}

# The right-hand column of the domain's glossary: the word that stands in its place.
SYNONYMS = {
    "user": "usager, compte or aidant",
    "users": "usagers, comptes or aidants",
    "helper": "aidant",
    "helpers": "aidants",
    "organization": "structure",
    "responsable": "referent",
    "manager": "referent",
    "mandate": "mandat",
    "mandates": "mandats",
    "procuration": "mandat",
    "procedure": "demarche",
    "procedures": "demarches",
}
# Words that belong to a framework or a specification, with the reason.
FOREIGN = {
    "create_user",  # django.contrib.auth's contract
    "create_superuser",
    "AUTH_USER_MODEL",
    "EMAIL_HOST_USER",
    "OTP_WEBAUTHN_HELPER_CLASS",  # django-otp-webauthn's setting
    "get_user",
    "get_user_model",
    "user",  # request.user and the field that django-otp's devices name so
    "user_can_authenticate",
    "user_id",
    "user_agent",  # RFC 9110
    "user_code",
}
NAMED_BY_DJANGO = {"deploy/database/base.py"}  # where it looks for the wrapper of a database's connections
MAY_SAY_USER = re.compile(r"userinfo|user_agent|superuser", re.IGNORECASE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _words(name: str) -> set[str]:
    return {word.lower() for word in WORD.findall(MAY_SAY_USER.sub("", name))}


def test_no_module_has_a_vague_name() -> None:
    vague = {str(file) for file in sources.python_files() if VAGUE_MODULES & {file.stem, *file.parts[:-1]}}
    assert vague == NAMED_BY_DJANGO


@pytest.mark.parametrize("app", sources.APPS)
def test_no_synonym_stands_for_a_word_of_the_domain(app: str) -> None:
    found = {
        f"{file}:{line} {name}": SYNONYMS[word]
        for file in sources.python_files(app)
        for name, line in sources.identifiers(file)
        if name not in FOREIGN
        for word in _words(name) & SYNONYMS.keys()
    }
    assert not found


def test_the_check_sees_a_synonym_inside_a_name() -> None:
    assert _words("findUserMandates") & SYNONYMS.keys() == {"user", "mandates"}
    assert not _words("userinfo_endpoint") & SYNONYMS.keys()
    assert not _words("usager_id") & SYNONYMS.keys()
