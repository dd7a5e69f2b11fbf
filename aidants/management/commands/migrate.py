"""``migrate`` under the owner's role and one lock, followed by the service role's grants."""

from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management.commands import migrate
from django.db import connection

_LOCK = 0x6D616E64  # "mand": two releases never migrate at once

_GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE ALL ON journal_entree FROM {role};
GRANT SELECT, INSERT ON journal_entree TO {role};
REVOKE ALL ON journal_leaf, journal_node, journal_checkpoint, journal_cosignature FROM {role};
GRANT SELECT, INSERT ON journal_leaf, journal_node, journal_checkpoint, journal_cosignature TO {role};
REVOKE ALL ON journal_sel FROM {role};
GRANT SELECT, INSERT, DELETE ON journal_sel TO {role};
REVOKE ALL ON django_migrations FROM {role};
GRANT SELECT ON django_migrations TO {role};
"""


class Command(migrate.Command):
    """Only this command connects as the owner of the tables."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate under an advisory lock, then grant."""
        if settings.DATABASE_OWNER_URL:
            owner = dj_database_url.parse(settings.DATABASE_OWNER_URL)
            for name in ("USER", "PASSWORD", "HOST", "PORT"):
                connection.settings_dict[name] = owner[name]
        # Rewriting a table takes longer than any request may; what the running service holds is not waited for long.
        connection.close()
        connection.settings_dict["OPTIONS"] = {"options": "-c timezone=UTC"}
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # the other release, as long as it takes
            cursor.execute("SET lock_timeout = '5s'")
        super().handle(*args, **options)
        self._grant()
        connection.close()

    def _grant(self) -> None:
        """Give the service's role its rights; the journal can only be read and appended to."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, to_regclass('journal_cosignature') IS NOT NULL")
            owner, has_journal = cursor.fetchone()
            if owner == settings.DATABASE_SERVICE_ROLE or not has_journal:
                return
            role = connection.ops.quote_name(settings.DATABASE_SERVICE_ROLE)
            cursor.execute(_GRANTS.format(role=role))
