"""What happens by itself, how often, and the loop that makes it happen.

Several workers may run: each job has a lock, held by the one that does it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from aidants.batches import delete_by_batches
from aidants.comptes import recovery
from aidants.comptes.browsers import purge_browsers
from aidants.comptes.inactivity import care_for_the_absent
from aidants.comptes.liens import purge_links
from aidants.comptes.sessions.models import FermetureDue, SessionOuverte
from aidants.dispositif.avis import lapse_due
from aidants.dispositif.candidatures import forget_unsubmitted
from aidants.dispositif.conservation import keep_scheme
from aidants.dispositif.liens import purge_dossier_links
from aidants.dispositif.soutien.calls import give_back_forgotten
from aidants.dispositif.termes import leave_teams
from aidants.dispositif.vivier import forget_profiles
from aidants.domain.acteur import SYSTEME
from aidants.elapsed import Pass
from aidants.envois.inbox import purge_received
from aidants.habilitation.dossiers import purge_dossiers
from aidants.papiers.typesetting import PaperNotMade
from aidants.structures.invitations import purge_invitations
from aidants.structures.places import close_late_adhesions
from deploy.keeping import keep, purge_traces, tell, watch
from deploy.loops import Attempt, every_second, place_of
from deploy.models import Periode
from mandats.attestation.keys import NoActiveKey
from mandats.attestation.rotation import keep_rotating
from mandats.pilotage.par_departement import count_mandats
from mandats.pilotage.publiques import compute_figures
from mandats.registre.models import Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.ailleurs import end_elsewhere
from mandats.registre.services.appels import purge_call_codes
from mandats.registre.services.closure import end_mandats_of_closed
from mandats.registre.services.contacts import forget_contacts
from mandats.registre.services.demandes import expire_requests
from mandats.registre.services.documents import stamp_waiting
from mandats.registre.services.exemplaires import suspend_unscanned
from mandats.registre.services.purge import purge_brouillons
from mandats.registre.services.renew import announce_expiring
from mandats.registre.services.single_use import close_bridge_uses, close_expired
from oidc.franceconnect.logins import purge_logins
from oidc.franceconnect.telephones import purge_phone_links
from oidc.provider.backchannel import deliver_forgotten
from oidc.provider.purge import purge_expired
from oidc.provider.security_events import push_forgotten

log = structlog.get_logger()
_LOCK = 0x6A6F6273  # "jobs", apart from the locks of journal and contacts, which have one number
_TRIED_AGAIN = timedelta(minutes=1)


def _missing_documents(now: datetime) -> None:
    """Make the PDF of mandats whose printing failed after signature; one that fails again holds up no other."""
    missing = Mandat.objects.filter(erased_at__isnull=True).exclude(documents__kind="mandat").order_by("-accepted_at")
    for mandat_id in missing.values_list("id", flat=True)[:20]:
        try:
            produce_document(mandat_id, SYSTEME, now)
        except (PaperNotMade, NoActiveKey) as error:
            log.error("periods: no PDF", mandat=str(mandat_id), error=type(error).__name__)  # noqa: TRY400


def _stamp_documents(now: datetime) -> None:
    """Ask again for the time-stamps that did not come."""
    stamp_waiting(now)


def _end_elsewhere(now: datetime) -> None:
    """End the mandats that usagers chose to replace in other structures: within seconds, like any end."""
    end_elsewhere(now)


def _announce_expiring(now: datetime) -> None:
    """Tell who has a long mandat that it ends within thirty days, once."""
    announce_expiring(now)


def _purge_brouillons(now: datetime) -> None:
    purge_brouillons(now)
    purge_call_codes(now)
    purge_dossiers(now)
    give_back_forgotten(now)


def _sheets_and_requests(now: datetime) -> None:
    """Suspend what waits for its signed sheet, close the requests that nobody answered, forget undone contacts."""
    suspend_unscanned(now)
    expire_requests(now)
    forget_contacts(now)


def _purge_received(now: datetime) -> None:
    purge_received(now)


def _close_single_uses(now: datetime) -> None:
    close_bridge_uses(now)


def _close_expired(now: datetime) -> None:
    close_expired(now)


def _end_closed(now: datetime) -> None:
    """End the mandats of structures that lost their habilitation, batch after batch until none is left."""
    end_mandats_of_closed(now)


def _purge_sessions(now: datetime) -> None:
    delete_by_batches(SessionOuverte.objects.filter(expire_date__lt=now))
    delete_by_batches(FermetureDue.objects.filter(expires_at__lt=now))
    purge_browsers(now)
    purge_links(now)
    recovery.end_expired(now)
    purge_invitations(now)


def _absences(now: datetime) -> None:
    care_for_the_absent(now)
    close_late_adhesions(now)


def _purge_oidc(now: datetime) -> None:
    purge_expired(now)
    purge_logins(now)
    purge_phone_links(now)


def _scheme(now: datetime) -> None:
    """Note « sans avis » after fifteen days."""
    lapse_due(now)


def _leave_teams(now: datetime) -> None:
    """Close the places of conseillers whose contract is over; their right fell by itself."""
    leave_teams(now)


def _purge_scheme(now: datetime) -> None:
    purge_dossier_links(now)
    forget_unsubmitted(now)
    forget_profiles(now)
    keep_scheme(now)


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled job: its name, its period, what it does."""

    name: str
    every: timedelta
    run: Callable[[datetime], None]

    def is_due(self, ran_at: datetime | None, now: datetime) -> bool:
        """True when it never ran, or a whole period ago."""
        return ran_at is None or now - ran_at >= self.every


JOBS = (
    Job("end_elsewhere", timedelta(seconds=2), _end_elsewhere),
    Job("announce_expiring", timedelta(minutes=30), _announce_expiring),
    Job("missing_documents", timedelta(seconds=20), _missing_documents),
    Job("stamp_documents", timedelta(seconds=5), _stamp_documents),
    Job("sheets_and_requests", timedelta(seconds=20), _sheets_and_requests),
    Job("purge_oidc", timedelta(minutes=1), _purge_oidc),
    Job("end_closed", timedelta(seconds=2), _end_closed),
    Job("close_expired", timedelta(seconds=2), _close_expired),
    Job("close_single_uses", timedelta(seconds=30), _close_single_uses),
    Job("deliver_forgotten", timedelta(minutes=5), deliver_forgotten),
    Job("push_forgotten", timedelta(minutes=5), push_forgotten),
    Job("rotate_keys", timedelta(hours=1), keep_rotating),
    Job("purge_brouillons", timedelta(minutes=10), _purge_brouillons),
    Job("purge_received", timedelta(hours=1), _purge_received),
    Job("keep", timedelta(minutes=10), keep),
    Job("count_mandats", timedelta(minutes=10), count_mandats),
    Job("watch", timedelta(hours=1), watch),
    Job("tell_alertes", timedelta(days=1), tell),
    Job("public_figures", timedelta(hours=6), compute_figures),
    Job("purge_traces", timedelta(hours=6), purge_traces),
    Job("purge_sessions", timedelta(hours=1), _purge_sessions),
    Job("leave_teams", timedelta(seconds=5), _leave_teams),
    Job("scheme", timedelta(minutes=1), _scheme),
    Job("purge_scheme", timedelta(hours=6), _purge_scheme),
    Job("absences", timedelta(days=1), _absences),
)


def run_due(now: datetime, jobs: Sequence[Job] = JOBS) -> list[str]:
    """Run each of ``jobs`` whose period has passed and that no other worker is running; return which were done.

    One look at all of them says which are worth a lock: nearly always none, and the loop asks every second.  A job that
    fails holds up no other; it is tried again after :data:`_TRIED_AGAIN`, or its own period where that is shorter.
    """
    ran, this, last = [], Pass(now), dict(Periode.objects.values_list("name", "ran_at"))
    for job in (job for job in jobs if job.is_due(last.get(job.name), now)):
        with _alone(job) as alone:
            if alone and job.is_due(_ran_at(job), now) and _done(job, this.now):
                ran.append(job.name)
    return ran


@contextmanager
def _alone(job: Job) -> Iterator[bool]:
    """Hold the job's lock, if no other worker has it, until the block's end or the connection's.

    A lock of the session, never a transaction around the job: what each of its acts locks is free after that act.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_LOCK, job.name])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_LOCK, job.name])


def _ran_at(job: Job) -> datetime | None:
    return Periode.objects.filter(name=job.name).values_list("ran_at", flat=True).first()


def _done(job: Job, now: datetime) -> bool:
    """Run the job and note when; tell of a failure what failed and where, never its words, and try again soon."""
    with Attempt() as attempt:
        job.run(now)
    failure, ran_at = attempt.failure, now
    if failure is not None:
        if isinstance(failure, DatabaseError) and not connection.is_usable():
            raise failure
        log.error("periods: job failed", job=job.name, error=type(failure).__name__, at=place_of(failure))
        ran_at = now - job.every + min(job.every, _TRIED_AGAIN)
    Periode.objects.update_or_create(name=job.name, defaults={"ran_at": ran_at})
    return failure is None


def loop(stop: threading.Event) -> None:
    """Run what is due every second until ``stop``."""
    every_second(stop, "periods", lambda: run_due(timezone.now()))
