"""What the aidant may choose from, and the choice itself: one transaction from the decision to the code."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import QuerySet

from aidants.compiled import CompiledInsert, CompiledRead
from aidants.comptes.second_factor import verified_at
from aidants.comptes.sessions.store import BROWSER
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Decision, Denied, decide
from aidants.domain.demarches import DEMARCHES
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record
from aidants.structures.models import Structure
from mandats.domain.errors import AUTORISATION_UNKNOWN
from mandats.registre.models import Autorisation
from mandats.registre.selectors import (
    AT_THE_DESK,
    annotated_autorisations,
    standing_autorisations,
    usable_autorisations,
)
from mandats.registre.services.uses import may_use_once, record_bridge_use, record_refused_use
from oidc.protocol.choice import CHOOSE, OPEN, ChoiceFacts, demarches_asked, rep_scope_of
from oidc.protocol.errors import INTERACTION_ANSWERED, INTERACTION_EXPIRED, LOGIN_REQUIRED
from oidc.protocol.events import CONNEXION_DECLINE
from oidc.protocol.still_asked import RENEWS, StillAsked
from oidc.protocol.token import CODE_SECONDS
from oidc.provider.answers import Answer, code_answer
from oidc.provider.interactions import find_interaction
from oidc.provider.models import Client, Connexion, Interaction, PushedRequest
from oidc.provider.subjects import subjects_of, usagers_named

REPEATABLE = timedelta(minutes=15)
MOST_RENEWALS = 5
PAGE_SIZE = 20
_SHOWN = (
    "id",
    "demarche",
    "formalites",
    "at_the_desk",
    "mandat__reference",
    "usager__given_name",
    "usager__family_name",
    "usager__birthdate",
)
_HEAVY = ("mandat__acte", "mandat__frozen_text", "mandat__summary")


def light(rows: QuerySet[Autorisation]) -> QuerySet[Autorisation]:
    """Leave out the mandat's texts, which no connexion reads."""
    return rows.defer(*_HEAVY)


def code_digest(code: str) -> str:
    """Return what is kept of a code."""
    return keyed_digest(settings.DIGEST_KEY, "oidc_code", code)


def perimeter_of(interaction: Interaction) -> set[str] | None:
    """Return the demarches that the request wants and its client may have; ``None`` for all."""
    asked = StillAsked.from_json(interaction.asked)
    return demarches_asked(asked.rep_scope, interaction.client.demarches, asked.demarches)


def usagers_of(interaction: Interaction) -> set[UUID] | None:
    """Return the usagers that the request names by ``sub`` (OIDC Core §5.5.1); ``None`` for any."""
    named = StillAsked.from_json(interaction.asked).subjects
    return usagers_named(interaction.client.sector, named) if named else None


class Choice(NamedTuple):
    """What the page shows of one autorisation: the columns of ``_SHOWN``."""

    id: UUID
    demarche: str
    formalites: list[str]
    at_the_desk: bool
    reference: str
    given_name: str
    family_name: str
    birthdate: str


def choices_for(
    interaction: Interaction, acteur: Acteur, query: str, now: datetime
) -> "QuerySet[Autorisation, tuple[Any, ...]]":
    """Return the autorisations that stand for what is asked, by usager; ``query`` searches their names."""
    client = interaction.client
    rows = usable_autorisations(
        acteur,
        demarches=perimeter_of(interaction),
        query=query,
        now=now,
        crosses_to_franceconnect=client.is_franceconnect,
    )
    usagers = usagers_of(interaction)
    rows = rows if usagers is None else rows.filter(usager__in=usagers)
    return _shown(rows, weak=client.accepts_weak_identity)


def _shown(rows: QuerySet[Autorisation], *, weak: bool) -> "QuerySet[Autorisation, tuple[Any, ...]]":
    """Return what the page shows of rows and nothing else; without ``weak``, strong identities alone."""
    rows = rows if weak else rows.filter(mandat__identity="franceconnect")
    return rows.values_list(*_SHOWN)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the choices, and whether more follow; how many there are in all would cost as much as the page."""

    number: int
    rows: list[Choice]
    has_next: bool


def page_of_choices(
    interaction: Interaction, acteur: Acteur, structure: Structure, query: str, number: int, now: datetime
) -> Page:
    """Return one page of what stands for the request; ``structure`` is the acteur's own, as it is now.

    The first page without a search, which nearly everybody sees, is a statement compiled once for each form of it.
    """
    if query or number > 1 or StillAsked.from_json(interaction.asked).subjects:
        first = (number - 1) * PAGE_SIZE
        found = [Choice(*row) for row in choices_for(interaction, acteur, query, now)[first : first + PAGE_SIZE + 1]]
    else:
        found = _first_choices(interaction, acteur, structure, now)
    return Page(number, found[:PAGE_SIZE], len(found) > PAGE_SIZE)


def _first_choices(interaction: Interaction, acteur: Acteur, structure: Structure, now: datetime) -> list[Choice]:
    client, asked, offered = interaction.client, perimeter_of(interaction), set(structure.demarches or DEMARCHES)
    wanted = sorted(offered if asked is None else offered & asked)
    if not wanted:
        return []
    read = _first_page(len(wanted), crosses=client.is_franceconnect, weak=client.accepts_weak_identity)
    return [Choice(*row) for row in read.values(structure.id, acteur.id, now, now - AT_THE_DESK, *wanted)]


@lru_cache(maxsize=40)
def _first_page(count: int, *, crosses: bool, weak: bool) -> CompiledRead[Autorisation]:
    """Return the statement of the first page for so many themes."""

    def build(
        structure_id: UUID, compte_id: UUID, now: datetime, since: datetime, *demarches: str
    ) -> "QuerySet[Autorisation, tuple[Any, ...]]":
        rows = standing_autorisations(structure_id, compte_id, demarches, now, since, crosses=crosses)
        return _shown(rows, weak=weak)[: PAGE_SIZE + 1]

    now, since = datetime(1, 1, 2, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)
    return CompiledRead(build, UUID(int=1), UUID(int=2), now, since, *(f"theme {place}" for place in range(count)))


def may_open(interaction: Interaction, session: SessionBase, now: datetime) -> Decision:
    """Decide whether the page of choice may be shown."""
    return decide(OPEN, _facts(interaction, session, now))


def _facts(interaction: Interaction, session: SessionBase, now: datetime) -> ChoiceFacts:
    return ChoiceFacts(
        now=now,
        expires_at=interaction.expires_at,
        answered=interaction.answered_at is not None,
        client_suspended=interaction.client.is_suspended,
        signed_in_at=verified_at(session),
        signed_in_since=interaction.signed_in_since,
    )


def _is_among(row: Autorisation, interaction: Interaction, acteur: Acteur) -> bool:
    perimeter = perimeter_of(interaction)
    mine = row.structure_id == acteur.structure_id
    strong = row.mandat.identity == "franceconnect" or interaction.client.accepts_weak_identity
    usagers = usagers_of(interaction)
    named = usagers is None or row.usager_id in usagers
    return mine and strong and named and (perimeter is None or row.demarche in perimeter)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that was taken: what the browser brings, and the name of the site that it brings it to."""

    answer: Answer
    site: str


@transaction.atomic
def choose(
    interaction_id: UUID,
    autorisation_id: UUID,
    acteur: Acteur,
    session: SessionBase,
    now: datetime,
    *,
    manner: str = "",
) -> Chosen | Denied:
    """Answer a request with an autorisation; return what the browser brings to the client.

    ``manner`` is a key of ``MANNERS``, from the button that was pressed; empty, it is asked on the record afterwards.

    The request is this session's own (:func:`find_interaction`), locked here.  The decision of the register, the
    utilisation, the code and the journal's entries stand or fall together; a refusal is journaled and leaves the
    request open.
    """
    interaction = find_interaction(interaction_id, session, lock=True)
    if interaction is None:
        return Denied(INTERACTION_EXPIRED)
    opened = decide(OPEN, _facts(interaction, session, now))
    if isinstance(opened, Denied):
        note_not_opened(interaction, acteur, opened, now)
        return opened
    row = _CHOICE.first(autorisation_id, acteur.structure_id, acteur.id)
    verdict = _verdict(row, interaction, acteur, session, now)
    if row is None or isinstance(verdict, Denied):
        denied = verdict if isinstance(verdict, Denied) else Denied(AUTORISATION_UNKNOWN)
        _journal_refusal(row, interaction.client, acteur, denied, now)
        return denied
    if interaction.pushed_id and not _use_pushed(interaction.pushed_id, now):
        note_not_opened(interaction, acteur, Denied(INTERACTION_ANSWERED), now)
        return Denied(INTERACTION_ANSWERED)
    return _give_code(row, interaction, acteur, session, now, manner)


def _choice_locked(autorisation_id: UUID, structure_id: UUID, compte_id: UUID) -> QuerySet[Autorisation]:
    """Return the structure's autorisation, locked with its mandat: the use comes before either is revoked, or after.

    A row that is not locked is not read again after a wait (PostgreSQL, READ COMMITTED).
    """
    rows = light(annotated_autorisations(Acteur(Kind.COMPTE, compte_id)))
    return rows.select_for_update(of=("mandat", "self")).filter(pk=autorisation_id, structure=structure_id)


_CHOICE = CompiledRead(_choice_locked, UUID(int=1), UUID(int=2), UUID(int=3))


def _verdict(
    row: Autorisation | None, interaction: Interaction, acteur: Acteur, session: SessionBase, now: datetime
) -> Decision:
    if row is None:
        return Denied(AUTORISATION_UNKNOWN)
    crosses = interaction.client.is_franceconnect
    facts = replace(
        _facts(interaction, session, now),
        among_choices=_is_among(row, interaction, acteur),
        standing=may_use_once(row, now, crosses_to_franceconnect=crosses),
    )
    return decide(CHOOSE, facts)


def _journal_refusal(row: Autorisation | None, client: Client, acteur: Acteur, denied: Denied, now: datetime) -> None:
    record_refused_use(
        row.mandat_id if row else None,
        acteur,
        denied,
        client_id=client.id,
        demarche=row.demarche if row else "",
        step="choice",
        now=now,
    )


def note_not_opened(interaction: Interaction, acteur: Acteur, denied: Denied, now: datetime) -> None:
    """Journal that a request could not be answered by this person; asking for a fresh code refuses nothing."""
    if denied.reason is not LOGIN_REQUIRED:
        _journal_refusal(None, interaction.client, acteur, denied, now)


def _use_pushed(digest: str, now: datetime) -> bool:
    """Use a request that was pushed, unless another tab has (RFC 9126 §4)."""
    return bool(PushedRequest.objects.filter(pk=digest, used_at__isnull=True).update(used_at=now))


_CONNEXIONS = CompiledInsert(Connexion)


def _close(interaction: Interaction, now: datetime) -> bool:
    """Write that a request was answered; ``False`` for one that had been."""
    return bool(Interaction.objects.filter(pk=interaction.pk, answered_at__isnull=True).update(answered_at=now))


def _give_code(
    row: Autorisation, interaction: Interaction, acteur: Acteur, session: SessionBase, now: datetime, manner: str
) -> Chosen:
    """Write the utilisation and the code, close the request."""
    client = interaction.client
    use = record_bridge_use(row, acteur, client_id=client.id, client_name=client.name, now=now, manner=manner)
    subject, actor_subject = subjects_of(client.sector, usager=row.usager_id, aidant=use.aidant_id)
    code = secrets.token_urlsafe(32)
    made = Connexion(
        interaction=interaction,
        client=client,
        autorisation=row,
        aidant_id=use.aidant_id,
        structure_id=row.structure_id,
        utilisation=use,
        code_digest=code_digest(code),
        subject=subject,
        actor_subject=actor_subject,
        redirect_uri=interaction.redirect_uri,
        nonce=interaction.nonce,
        scope=interaction.scope,
        code_challenge=interaction.code_challenge,
        rep_scope=rep_scope_of(row.demarche, StillAsked.from_json(interaction.asked).rep_scope),
        asked=interaction.asked,
        dpop_jkt=interaction.dpop_jkt,
        browser=session.get(BROWSER, ""),
        auth_time=verified_at(session) or now,
        created_at=now,
        expires_at=now + timedelta(seconds=CODE_SECONDS),
    )
    _CONNEXIONS.write(made)
    _close(interaction, now)
    return Chosen(code_answer(interaction, code), client.name)


@transaction.atomic
def decline(interaction: Interaction, acteur: Acteur, now: datetime) -> None:
    """Close a request without a code, and journal it; one already answered stays as it is."""
    if _close(interaction, now):
        client = str(interaction.client_id)
        record(CONNEXION_DECLINE, acteur=acteur, at=now, subject=interaction.id, facts={"client": client})


def repeatable(client: Client, session: SessionBase, now: datetime) -> UUID | None:
    """Return the autorisation last chosen for this client in this session, if that connexion was not ended.

    For ``prompt=none`` (OIDC Core §3.1.2.1): the choice is decided anew, journaled and told as any other use, so that
    a site renews what the aidant just chose for it and nothing else.  Five times at most, within a quarter of an hour
    of the choice on our page: each is a use on the usager's record, and none lengthens that time.  FranceConnect asks
    for a page each time.
    """
    if client.is_franceconnect or not session.get(BROWSER):
        return None
    made = Connexion.objects.filter(client=client, browser=session[BROWSER], created_at__gt=now - REPEATABLE)
    told = made.order_by("-created_at").values_list("autorisation_id", "revoked_at", f"asked__{RENEWS}")
    last = list(told[:MOST_RENEWALS])
    chosen_lately = any(not renews for _, _, renews in last)
    return last[0][0] if chosen_lately and last[0][1] is None else None
