"""The facts of a use that is granted: each test bends what it is about."""

from datetime import UTC, datetime, timedelta

from mandats.domain.rules import UseFacts

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STANDS = UseFacts(
    now=NOW,
    expires_at=NOW + timedelta(days=1),
    mandat_ended_at=None,
    autorisation_ended_at=None,
    suspended_at=None,
    demarche_offered=True,
    structure_habilitee=True,
    actor_is_aidant=True,
    aidant_habilite=True,
    crosses_to_franceconnect=False,
    identity="franceconnect",
    has_email=True,
    sheet_due_at=None,
    single_use_spent=False,
)
