"""What stands after `docker compose up --wait` from nothing, as `docker inspect` tells it."""

import json

import pytest

from support.compose import ONCE, OURS, SERVERS, Stack, docker

pytestmark = pytest.mark.timeout(900)
START_SECONDS = 180
CAPABILITIES = {"mysql": {"CHOWN", "DAC_OVERRIDE", "KILL", "SETGID", "SETUID"}}
"""What the images of others need: MySQL's begins as root, gives itself its data and steps down."""


def test_everything_is_healthy_in_time(stack: Stack, began: dict[str, float]) -> None:
    assert began["fresh"] <= START_SECONDS
    for one in stack.containers(*OURS, *SERVERS):
        assert one["State"]["Health"]["Status"] == "healthy", one["Name"]
        assert one["RestartCount"] == 0, one["Name"]
    for one in stack.containers(*ONCE):
        assert (one["State"]["Status"], one["State"]["ExitCode"]) == ("exited", 0), one["Name"]


def test_ours_are_nobody_with_nothing_to_write_on(stack: Stack) -> None:
    for one in stack.containers(*OURS, *ONCE):
        user, _, group = one["Config"]["User"].partition(":")
        assert int(user) > 0, one["Name"]
        assert int(group) > 0, one["Name"]
        host = one["HostConfig"]
        assert host["ReadonlyRootfs"] is True, one["Name"]
        assert (host["CapDrop"], host["CapAdd"] or []) == (["ALL"], []), one["Name"]


def test_others_have_what_their_images_need_and_no_more(stack: Stack) -> None:
    for service in SERVERS:
        host = stack.container(service)["HostConfig"]
        added = {name.removeprefix("CAP_") for name in host["CapAdd"] or []}
        assert added == CAPABILITIES.get(service, set()), service
        assert host["CapDrop"] == ["ALL"], service
        # Kafka's entry point writes its configuration beside its programs.
        assert host["ReadonlyRootfs"] is (service != "kafka"), service


@pytest.mark.parametrize("service", ["kafka", "azurite"])
def test_no_server_but_mysqls_first_steps_runs_as_root(stack: Stack, service: str) -> None:
    running = docker("top", stack.container(service)["Id"], "-eo", "uid,pid,args").splitlines()[1:]
    assert running
    assert not [line for line in running if int(line.split()[0]) == 0]


def test_mysql_itself_does_not_run_as_root(stack: Stack) -> None:
    running = docker("top", stack.container("mysql")["Id"], "-eo", "uid,pid,args").splitlines()[1:]
    servers = [line for line in running if "mysqld" in line]
    assert len(servers) == 1
    assert int(servers[0].split()[0]) > 0


def test_every_container_is_bounded(stack: Stack) -> None:
    for one in stack.containers():
        host = one["HostConfig"]
        assert host["Privileged"] is False, one["Name"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"], one["Name"]
        assert host["Memory"] > 0, one["Name"]
        assert host["NanoCpus"] > 0, one["Name"]
        assert host["PidsLimit"] > 0, one["Name"]
        assert host["LogConfig"]["Config"].keys() == {"max-size", "max-file"}, one["Name"]
        assert not one["HostConfig"]["Binds"] or "docker.sock" not in str(host["Binds"]), one["Name"]


def test_one_port_is_published_on_this_machine_alone(stack: Stack) -> None:
    published = {
        (one["Config"]["Labels"]["com.docker.compose.service"], bound["HostIp"], int(bound["HostPort"]))
        for one in stack.containers()
        for bounds in one["NetworkSettings"]["Ports"].values()
        for bound in bounds or ()
    }
    assert published == {("gateway", "127.0.0.1", stack.ports[0])}


def test_secrets_are_for_one_reader_each_and_in_no_environment(stack: Stack) -> None:
    look = (
        "import os, sys\n"
        "for folder, _, files in os.walk('/secrets'):\n"
        "    for name in files:\n"
        "        path = os.path.join(folder, name)\n"
        "        there = os.stat(path)\n"
        "        print(oct(there.st_mode & 0o777), there.st_uid == os.getuid(), open(path).read())\n"
    )
    everything = "\n".join(str(one["Config"]["Env"]) for one in stack.containers())
    counts = {"auth": 2, "generator-api": 1, "generator-player": 1, "writer-consumer": 2, "writer-checker": 1}
    for service, count in counts.items():
        lines = stack.inside(service, "python", "-c", look).splitlines()
        assert len(lines) == count, service
        for line in lines:
            mode, mine, secret = line.split(" ", 2)
            assert (mode, mine) == ("0o600", "True"), service
            assert secret not in everything, service
    for service in ("gateway", "notifier", "generator-worker"):
        assert stack.inside(service, "python", "-c", look) == "", service


def test_nothing_but_the_gateway_reaches_out(stack: Stack) -> None:
    internal = {
        one["Name"]: one["Internal"]
        for one in json.loads(
            docker("network", "inspect", f"{stack.project}_inside", f"{stack.project}_outside")
        )
    }
    assert internal == {f"{stack.project}_inside": True, f"{stack.project}_outside": False}
    for one in stack.containers(*OURS, *SERVERS, *ONCE):
        if one["Config"]["Labels"]["com.docker.compose.service"] != "gateway":
            assert one["NetworkSettings"]["Networks"].keys() == {f"{stack.project}_inside"}, one["Name"]
