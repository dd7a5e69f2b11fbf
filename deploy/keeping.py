"""What the calendar lets go, app by app: the schedule of DOMAIN §3.7 beyond what minutes-old rows need.

``mandats/domain/conservation.py`` says how long; each function here is one job of ``deploy/periods.py``.
"""

from datetime import datetime

from axes.models import AccessAttempt
from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from aidants.batches import delete_by_batches
from aidants.envois.models import Envoi
from aidants.journal.models import RefusCompte
from mandats.alertes.service import forget_old as forget_old_alertes
from mandats.alertes.service import raise_alertes, tell_alertes
from mandats.domain.conservation import ATTEMPTS_LIVE, ENVOIS_LIVE, REFUSALS_LIVE, TASK_RESULTS_LIVE
from mandats.droits.demandes import close_late, forget_old
from mandats.droits.rapprochements import forget_proposals
from mandats.registre.services.keep import archive_due, erase_due, restrict_due
from oidc.provider.purge import forget_erased


def keep(now: datetime) -> None:
    """Archive, restrict and erase what is due: mandats, persons, and what other apps know them by."""
    close_late(now)
    forget_proposals(now)
    archive_due(now)
    restrict_due(now)
    erase_due(now)
    forget_old(now)
    forget_erased()


def purge_traces(now: datetime) -> None:
    """Delete technical traces: lines of the outbox, results of tasks, failed sign-ins, counts of refusals."""
    over = Q(sent_at__lt=now - ENVOIS_LIVE) | Q(failed_at__lt=now - ENVOIS_LIVE)
    delete_by_batches(Envoi.objects.filter(over))
    delete_by_batches(DBTaskResult.objects.filter(finished_at__lt=now - TASK_RESULTS_LIVE))
    delete_by_batches(AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_LIVE))
    forget_old_alertes(now)
    delete_by_batches(RefusCompte.objects.filter(minute__lt=now - REFUSALS_LIVE))


def watch(now: datetime) -> None:
    """Let the rules look at what happened lately."""
    raise_alertes(now)


def tell(now: datetime) -> None:
    """Send the day's digest of alerts."""
    tell_alertes(now)
