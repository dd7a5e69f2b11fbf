"""Argon2id at its least cost, so that a test that signs somebody in does not wait."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2PasswordHasher(Argon2PasswordHasher):
    """The production algorithm with one pass over 8 KiB."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
