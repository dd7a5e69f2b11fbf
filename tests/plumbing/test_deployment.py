"""What starts the service elsewhere: well formed, unprivileged, and the owner's address in the migration alone."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from deploy import settings
from deploy.demo import postgres
from oidc.protocol.parameters import LONGEST_QUERY
from tests import database
from tests.architecture import sources

FOLDER = sources.ROOT / "deploy" / "kubernetes"
COMPOSE = sources.ROOT / "deploy" / "compose.yaml"
# Of the demonstration, of a bench, of the image itself, or of a place with more than one address.
NOT_IN_A_CONTAINER = {
    "ALLOWED_HOSTS",
    "EMAIL_BACKEND",
    "EMAIL_FILE_PATH",
    "LIMITS_FACTOR",
    "LOG_LEVEL",
    "MANDATS_DEMO",
    "SMS_DIR",
    "STATIC_MANIFEST",
    "STATIC_ROOT",
}


def _documents() -> Iterator[dict[str, Any]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        yield from yaml.safe_load_all(file.read_text())


def _pods() -> dict[str, dict[str, Any]]:
    return {
        found["metadata"]["name"]: found["spec"]["template"]["spec"]
        for found in _documents()
        if "spec" in found and "template" in found["spec"]
    }


@pytest.mark.parametrize("name", ["mandats-web", "mandats-work", "mandats-migrate"])
def test_pods_have_no_privilege(name: str) -> None:
    pod = _pods()[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_only_the_migration_knows_the_owner() -> None:
    knowing = {name for name, pod in _pods().items() if "mandats-owner" in str(pod)}
    assert knowing == {"mandats-migrate"}
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert {name for name, service in services.items() if "DATABASE_OWNER_URL" in str(service)} == {"migrate"}


def test_nothing_starts_that_the_checks_refuse() -> None:
    script = (sources.ROOT / "deploy" / "start.sh").read_text()
    checked = script.index("check --deploy --database default")
    assert checked < script.index("exec gunicorn") < script.index("exec python manage.py work")
    assert "set -eu" in script
    longest = f"--limit-request-line={LONGEST_QUERY + 190}"
    assert longest in script
    assert longest in (sources.ROOT / "deploy" / "demo" / "stack.py").read_text()
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert services["work"]["command"] == ["sh", "deploy/start.sh", "work"]
    assert "command" not in services["web"]
    assert 'CMD ["sh", "deploy/start.sh", "web"]' in (sources.ROOT / "deploy" / "Dockerfile").read_text()
    commands = {name: pod["containers"][0].get("command") for name, pod in _pods().items()}
    assert (commands["mandats-web"], commands["mandats-work"]) == (None, ["sh", "deploy/start.sh", "work"])


def test_the_script_stops_where_the_checks_refuse() -> None:
    """Here nothing is set: the checks refuse, and no process is left running."""
    given = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "deploy.settings"}
    command = ["sh", "deploy/start.sh", "work"]
    done = subprocess.run(
        command, cwd=sources.ROOT, env=given, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode != 0


def test_the_web_is_probed_by_its_own_name() -> None:
    container = _pods()["mandats-web"]["containers"][0]
    settings = next(found for found in _documents() if found.get("kind") == "ConfigMap")["data"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["path"] == "/sante"
        assert f"https://{asked['httpHeaders'][0]['value']}" == settings["ISSUER"]


def test_the_ingress_alone_reaches_the_web_and_nobody_the_rest() -> None:
    policies = {found["metadata"]["name"]: found["spec"] for found in _documents() if found["kind"] == "NetworkPolicy"}
    assert policies["mandats-closed"] == {"podSelector": {}, "policyTypes": ["Ingress"]}
    web = policies["mandats-web"]
    (pods,) = (
        found["spec"]["template"]
        for found in _documents()
        if found["kind"] == "Deployment" and found["metadata"]["name"] == "mandats-web"
    )
    assert web["podSelector"]["matchLabels"] == pods["metadata"]["labels"]
    assert [list(one) for rule in web["ingress"] for one in rule["from"]] == [["namespaceSelector"]]
    assert web["ingress"][0]["ports"][0]["port"] == pods["spec"]["containers"][0]["ports"][0]["name"]
    ports = yaml.safe_load(COMPOSE.read_text())["services"]["web"]["ports"]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_written_in_passing_is_bounded() -> None:
    volumes = [volume for pod in _pods().values() for volume in pod.get("volumes", ())]
    assert [volume["emptyDir"]["sizeLimit"] for volume in volumes] == ["256Mi"] * 2
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert {tuple(services[name]["tmpfs"]) for name in ("web", "work", "migrate")} == {("/tmp:size=256m",)}


def test_what_the_settings_read_reaches_the_containers() -> None:
    """A name left out of ``environment:`` would be given in vain."""
    text = (sources.ROOT / "deploy" / "settings.py").read_text()
    names = {*re.findall(r'(?:environ\.get|_flag|_keys)\("(\w+)"', text), *settings.INVENTED}
    compose = yaml.safe_load(COMPOSE.read_text())
    assert {"ISSUER", "VAULT_KEYS", "ACCUEIL_TELEPHONE"} <= names
    assert names - set(compose["services"]["migrate"]["environment"]) == NOT_IN_A_CONTAINER


def test_every_listed_manifest_is_there() -> None:
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    assert {*listed, "kustomization.yaml"} == {file.name for file in FOLDER.glob("*.yaml")}


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (sources.ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert "--require-hashes" in "".join(lines)


def test_first_start_makes_roles_database_and_privileges() -> None:
    with database.server_apart() as server:
        programs = postgres.programs_folder(server.home)
        environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "PGHOST": str(server.home / "socket"),
            "OWNER_PASSWORD": "it's the owner",
            "SERVICE_PASSWORD": "service",
            "SQL_FOLDER": str(sources.ROOT / "deploy" / "database"),
        }
        script = sources.ROOT / "deploy" / "database" / "first-start.sh"
        subprocess.run([str(script)], env=environment, check=True, capture_output=True)
        with psycopg.connect(server.url(postgres.OWNER_ROLE, "mandats")) as owner:
            owner.execute("CREATE TABLE made (id int)")
        with psycopg.connect(server.url(postgres.SERVICE_ROLE, "mandats")) as service:
            service.execute("INSERT INTO made VALUES (1)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                service.execute(sql.SQL("TRUNCATE made"))
