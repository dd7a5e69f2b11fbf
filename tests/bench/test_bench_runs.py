"""The figures' own code at a hundredth of the size: every figure is there, and the service answers under load."""

import os
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings

from tests.bench import data, processor, service, suite
from tests.bench.figures import Figure, percentile
from tests.ports import free_port

SCALE = 0.01
OVER_HTTP = {
    "sante",
    "discovery",
    "jwks",
    "status_list",
    "status_list_past",
    "userinfo_json",
    "userinfo_jws",
    "userinfo_first",
    "introspection",
    "token_administration",
    "token_franceconnect",
    "bridge_franceconnect",
    "bridge_administration",
    "verification_api",
    "verification_page",
    "page_list",
    "page_search",
    "page_mandat",
    "sign_in",
}
IN_PROCESS = {"mandat_signed", "mandat_pdf"}
JOURNAL = {
    "cost_of_use",
    "cost_of_sign",
    "append",
    "delay",
    "append_at_10000",
    "proof_at_10000",
    "integrate_to_10000",
    "audit_whole",
    "audit_since",
}


@pytest.fixture
def figures(committed_db: str, tmp_path: Path) -> dict[str, Figure]:
    sites = service.sites_at(tmp_path, free_port())
    size = suite.Size(SCALE)
    with override_settings(ISSUER=sites.service), service.running(sites, committed_db) as target:
        rows = data.make(size.count(3000))
        rows.standing  # noqa: B018 -- made before anything is asked
        return {figure.name: figure for figure in suite.run(rows, target, size)}


def test_every_figure_is_printed_with_latency_cost_and_queries(figures: dict[str, Figure]) -> None:
    assert figures.keys() >= OVER_HTTP | IN_PROCESS | {"userinfo_jws_to_userinfo_json", "processors"}
    for name in OVER_HTTP | IN_PROCESS:
        figure = figures[name]
        assert (figure.unit, figure.value > 0, figure.n > 0) == ("1/s", True, True), name
        assert 0 < figure.more["p50_ms"] <= figure.more["p95_ms"], name
        assert figure.more["service_cpu_ms"] >= 0, name
        assert isinstance(figure.more["sql_queries"], int), name
    assert figures.keys() >= {f"journal_{name}" for name in JOURNAL}
    assert figures["journal_append"].more["lost"] == 0
    assert figures["journal_delay"].more["p99_s"] < 5
    steps = set(figures["bridge_franceconnect"].more["steps"])
    assert steps == {"authorize", "choice_page", "choice", "token", "userinfo"}
    assert connections["default"].in_atomic_block is False


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([3.0], 0.95)) == (50.0, 95.0, 3.0)


def test_processor_time_counts_children() -> None:
    before = processor.spent_by(os.getpid())
    assert before > 0
    assert os.getpid() in processor.family(os.getppid())


def test_a_figure_is_one_line_of_json_with_its_name_first() -> None:
    assert (
        Figure("a", 1.23456, "1/s", 2, {"b": 3}).line()
        == '{"name": "a", "value": 1.235, "unit": "1/s", "n": 2, "b": 3}'
    )
