"""Django's admin, kept small: an administrateur reads a few tables of people and structures, and changes nothing.

It opens behind the same second factor as every page, for the role alone (never ``is_staff``).  No usager, no secret, no
entry's content stands here; each list opened is journaled.  Whatever changes something has its own page and its rules.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from aidants.comptes.fonctions import roles_held
from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.events import JOURNAL_CONSULT
from aidants.domain.roles import Role
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.models import Entree
from aidants.journal.record import record
from aidants.structures.models import Affectation, Structure
from mandats.registre.models import Mandat


class ReadingSite(admin.AdminSite):
    """The pages of reading alone; signing in, out, and passwords stay where they are."""

    site_title = site_header = "Service des mandats : lecture"
    index_title = "Tables"
    site_url = "/accueil"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let an administrateur in: the role is read at each request."""
        return Role.ADMINISTRATEUR in roles_held(request)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Keep the list of tables, the words of its scripts, and the tables."""
        kept = ("index", "app_list", "jsi18n")
        return [one for one in super().get_urls() if not isinstance(one, URLPattern) or one.name in kept]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Answer as an unknown page to whoever has not the role, instead of showing a second way to sign in."""
        shown = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not self.has_permission(request):
                raise Http404
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            return shown(request, *args, **kwargs)

        return guarded


class Reading(admin.ModelAdmin[Any]):
    """One table, read."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Keep the list and the row."""
        return [one for one in super().get_urls() if str(one.name).endswith(("_changelist", "_change"))]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever entered reads."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever entered reads."""
        return True

    def has_add_permission(self, request: HttpRequest, *args: object) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes."""
        return False

    def get_list_display_links(self, request: HttpRequest, list_display: Sequence[Any]) -> Any:
        """Open a row by its first column."""
        return [str(list_display[0])]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Show of a row what its list shows."""
        return [str(column) for column in self.list_display]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Journal that the table was read, then show it."""
        self._tell(request)
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Journal that a row was read, then show it."""
        self._tell(request)
        return super().change_view(request, object_id, form_url, extra_context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Answer as for any unknown object."""
        raise Http404

    def _tell(self, request: HttpRequest) -> None:
        acteur = Acteur(Kind.COMPTE, request.user.pk, None, Role.ADMINISTRATEUR.value)
        with transaction.atomic():
            facts = {"criteria": [f"table:{self.opts.db_table}"]}
            record(JOURNAL_CONSULT, acteur=acteur, at=timezone.now(), facts=facts)


SHOWN: dict[type[Model], tuple[str, ...]] = {
    Compte: ("id", "given_name", "family_name", "email", "is_active", "created_at", "last_login"),
    Fonction: ("id", "compte", "role", "departement", "ended_at"),
    Structure: ("id", "name", "siret", "kind", "city", "time_zone", "created_at"),
    Affectation: ("id", "compte", "structure", "is_aidant", "is_referent", "started_at", "ended_at"),
    HabilitationStructure: ("id", "structure", "validee_at", "suspended_at", "ended_at", "motif"),
    Mandat: ("reference", "structure", "accepted_at", "expires_at", "ended_at"),
    Entree: ("id", "event", "at", "acteur_kind", "structure_id", "reason"),
}
_RELATED = {Fonction: ("compte",), Affectation: ("compte", "structure"), HabilitationStructure: ("structure",)}

site = ReadingSite(name="admin")
for _model, _columns in SHOWN.items():
    _options = {
        "list_display": _columns,
        "readonly_fields": _columns,
        "list_select_related": _RELATED.get(_model, ("structure",) if _model is Mandat else False),
        "ordering": ("-id",),
    }
    site.register(_model, type(f"{_model.__name__}Reading", (Reading,), _options))
