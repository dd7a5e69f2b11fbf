"""``work``: runs the queued tasks and what happens by schedule, until told to stop."""

import threading
from typing import Any

from django.core.management.base import BaseCommand
from django_tasks_db.management.commands.db_worker import Worker

from deploy import following, periods, posting, sequencing


class Command(BaseCommand):
    """One process; several may run beside each other."""

    help = "Exécute les tâches en file et celles du calendrier."

    def handle(self, *args: Any, **options: Any) -> None:
        """Start schedule, sequencer and followers in threads of their own, then work until a signal says stop."""
        stop = threading.Event()
        loops = [
            threading.Thread(target=run, args=(stop,), name=run.__name__, daemon=True)
            for run in (
                periods.loop,
                posting.posting,
                sequencing.integrating,
                sequencing.witnessing,
                following.following,
            )
        ]
        for thread in loops:
            thread.start()
        worker = Worker(
            queue_names=["*"],
            interval=1,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"work-{threading.get_native_id()}",
            excluded_queue_names=[],
        )
        worker.configure_signals()
        try:
            worker.run()
        finally:
            stop.set()
            for thread in loops:
                thread.join(timeout=5)
