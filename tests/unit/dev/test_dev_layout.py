"""Ports, users and environments: each service gets its own secrets and nobody else's."""

import json
import socket
import stat
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

import cartload_auth.settings as auth
import cartload_generator.settings as generator
import cartload_shop.settings as shop
import cartload_writer.settings as writer
from cartload_dev import services
from cartload_dev.errors import LauncherError
from cartload_dev.layout import Layout, Replicas, plan
from cartload_dev.mariadb import statements
from cartload_dev.paths import RunDir
from cartload_dev.ports import free_ports
from cartload_gateway.settings import GatewaySettings
from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import variable
from cartload_notifier.settings import NotifierSettings

NAMES = tuple(process.name for process in services.processes(Replicas()))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (port,) = free_ports(1)
    return plan(RunDir(tmp_path / "run"), NAMES, {"CARTLOAD_PORT": str(port)})


def test_every_process_has_a_port_of_its_own(layout: Layout) -> None:
    servers = layout.servers
    ports = [*layout.service_ports.values(), servers.kafka, servers.controller, servers.mysql, servers.blob]
    ports += [layout.gateway_metrics]
    assert set(layout.service_ports) == set(NAMES)
    assert len(set(ports)) == len(ports)


def test_the_gateway_has_the_public_port(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    layout = plan(RunDir(tmp_path), NAMES, {"CARTLOAD_PORT": str(port)})
    assert layout.url("gateway") == f"http://127.0.0.1:{port}"


def test_only_the_gateway_shows_its_metrics_on_another_port_than_the_rest(layout: Layout) -> None:
    elsewhere = {name for name in NAMES if layout.metrics_url(name) != f"{layout.url(name)}/metrics"}
    assert elsewhere == {"gateway"}
    told = services.environment(layout, "gateway", "api")["CARTLOAD_METRICS_PORT"]
    assert layout.metrics_url("gateway") == f"http://127.0.0.1:{told}/metrics"


def test_the_next_time_takes_the_same_ports(layout: Layout) -> None:
    again = plan(layout.run, NAMES, {"CARTLOAD_PORT": str(layout.service_ports["gateway"])})
    assert again == layout


def test_a_port_that_was_taken_meanwhile_is_replaced(layout: Layout) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", layout.servers.mysql))
        other.listen(1)
        again = plan(layout.run, (), {})
    assert again.servers.mysql != layout.servers.mysql
    assert again.servers.kafka == layout.servers.kafka


def test_a_file_of_ports_that_was_cut_short_is_made_anew(layout: Layout) -> None:
    layout.run.ports.write_text('{"kafka": 120')
    again = plan(layout.run, (), {})
    assert plan(layout.run, (), {}) == again


def test_servers_alone_take_no_public_port(tmp_path: Path) -> None:
    assert plan(RunDir(tmp_path), (), {"CARTLOAD_PORT": "1"}).service_ports == {}


def test_only_the_owner_can_read_the_secrets(layout: Layout) -> None:
    folder = layout.run.secrets
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.run.root.stat().st_mode) == 0o700


def test_secrets_are_random_and_kept(layout: Layout, tmp_path: Path) -> None:
    assert plan(layout.run, (), {}).secrets == layout.secrets
    assert plan(RunDir(tmp_path / "other"), (), {}).secrets != layout.secrets


def test_a_secret_that_an_older_checkout_did_not_know_is_added(layout: Layout) -> None:
    path = layout.run.secrets / "secrets.json"
    kept = json.loads(path.read_text())
    del kept["signing_key_secret"]
    path.write_text(json.dumps(kept))
    secrets = plan(layout.run, (), {}).secrets
    assert secrets.root_password == layout.secrets.root_password
    assert secrets.signing_key_secret != layout.secrets.signing_key_secret
    assert plan(layout.run, (), {}).secrets == secrets


def test_a_secret_of_a_newer_checkout_is_kept(layout: Layout) -> None:
    path = layout.run.secrets / "secrets.json"
    kept = json.loads(path.read_text())
    del kept["signing_key_secret"]
    path.write_text(json.dumps({**kept, "of_tomorrow": "sealed with it"}))
    plan(layout.run, (), {})
    assert json.loads(path.read_text())["of_tomorrow"] == "sealed with it"


SETTINGS: dict[tuple[str, str], type[BaseSettings]] = {
    ("auth", "migrate"): auth.CommandSettings,
    ("auth", "api"): auth.AuthSettings,
    ("generator", "migrate"): generator.MigrateSettings,
    ("generator", "topics"): KafkaSettings,
    ("generator", "api"): generator.ApiSettings,
    ("generator", "worker"): generator.WorkerSettings,
    ("writer", "migrate"): writer.MigrateSettings,
    ("writer", "consumer"): writer.ConsumerSettings,
    ("writer", "tasks"): writer.TasksSettings,
    ("writer", "checker"): writer.CheckerSettings,
    ("writer", "api"): writer.ApiSettings,
    ("notifier", "api"): NotifierSettings,
    ("shop", "migrate"): shop.MigrateSettings,
    ("shop", "api"): shop.ApiSettings,
    ("shop", "worker"): shop.WorkerSettings,
    ("gateway", "api"): GatewaySettings,
}


@pytest.mark.parametrize("role", SETTINGS, ids="-".join)
def test_a_role_is_told_what_it_reads_and_nothing_else(layout: Layout, role: tuple[str, str]) -> None:
    settings, told = SETTINGS[role], services.environment(layout, *role)
    known = {variable(settings, name): field for name, field in settings.model_fields.items()}
    needed = {name for name, field in known.items() if field.is_required()} - {"CARTLOAD_PORT"}
    assert needed <= told.keys() <= known.keys()


def test_every_process_is_told_its_port(layout: Layout) -> None:
    for process in services.processes(Replicas()):
        environment = services.program(process, layout).environment
        assert environment["CARTLOAD_PORT"] == str(layout.service_ports[process.name])


def test_no_service_holds_the_secret_of_another(layout: Layout) -> None:
    owners = {
        layout.secrets.root_password: set[str](),
        layout.secrets.auth_password: {"auth"},
        layout.secrets.signing_key_secret: {"auth"},
        layout.secrets.generator_password: {"generator"},
        layout.secrets.writer_password: {"writer"},
        layout.secrets.shop_password: {"shop"},
        layout.secrets.blob_key: {"writer"},
    }
    for service, role in SETTINGS:
        text = "\n".join(services.environment(layout, service, role).values())
        assert all(service in allowed for secret, allowed in owners.items() if secret in text), (
            service,
            role,
        )


def test_database_urls_name_user_and_database(layout: Layout) -> None:
    port = layout.servers.mysql
    password = layout.secrets.generator_password
    assert (
        layout.database_url("cartload_generator")
        == f"mysql://cartload_generator:{password}@127.0.0.1:{port}/cartload_jobs"
    )


def test_only_the_writer_makes_users_and_only_the_shop_makes_copies(layout: Layout) -> None:
    sql = statements(layout.accounts, layout.secrets.root_password)
    assert [line for line in sql if "CREATE USER, " in line] == [
        "GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO 'cartload_writer'@'%'"
    ]
    assert [line for line in sql if "GRANT OPTION" in line and "root" not in line] == [
        "GRANT ALL ON `shop%`.* TO 'cartload_writer'@'%' WITH GRANT OPTION"
    ]
    shops = [line for line in sql if "cartload_shop'" in line and "%`" in line]
    assert shops == [
        "GRANT ALL ON `live%`.* TO 'cartload_shop'@'%'",
        "GRANT SELECT ON `shop%`.* TO 'cartload_shop'@'%'",
    ]
    assert "GRANT ALL ON `cartload\\_jobs`.* TO 'cartload_generator'@'%'" in sql


def test_start_up_sql_is_one_statement_a_line(layout: Layout) -> None:
    assert all("\n" not in line and ";" not in line for line in statements(layout.accounts, "secret"))


def test_replicas_get_names_of_their_own() -> None:
    replicas = Replicas.of({"CARTLOAD_WORKERS": "3", "CARTLOAD_WRITERS": "2"})
    names = [process.name for process in services.processes(replicas)]
    assert len(set(names)) == len(names)
    assert [name for name in names if name.startswith("generator-worker")] == [
        "generator-worker",
        "generator-worker-2",
        "generator-worker-3",
    ]
    assert names[-1] == "gateway"


@pytest.mark.parametrize("wrong", ["0", "17", "many", "-1"])
def test_senseless_replicas_are_refused(wrong: str) -> None:
    with pytest.raises(LauncherError, match="CARTLOAD_WORKERS"):
        Replicas.of({"CARTLOAD_WORKERS": wrong})
