"""What every pod is held to, given and told, whatever the profile."""

import re

import pytest

from cartload_kit.settings import is_secret, variable
from cartload_kit.settings_docs import role_of as role_of_class
from support.generated import generator
from support.helm_chart import (
    PAIRS,
    PROFILES,
    Object,
    of_kind,
    pods,
    profiles,
    render_values,
    rendered,
    role_of,
    secret_files,
    settings_of,
)

ALL = [(name,) for name in PROFILES] + list(PAIRS)
CLASSES = {role_of_class(cls).replace(" ", "-"): cls for cls in generator("configuration").role_classes()}
ALLOWED_VOLUMES = {"configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim"}
OF_JOBS = {
    "setup": {
        "CARTLOAD_DATABASE_ADMIN_URL",
        "CARTLOAD_AUTH_DATABASE_URL",
        "CARTLOAD_GENERATOR_DATABASE_URL",
        "CARTLOAD_WRITER_DATABASE_URL",
        "CARTLOAD_SHOP_DATABASE_URL",
    },
    "auth-migrate": {"CARTLOAD_AUTH_DATABASE_URL"},
    "generator-migrate": {"CARTLOAD_GENERATOR_DATABASE_URL"},
    "writer-migrate": {"CARTLOAD_WRITER_DATABASE_URL", "CARTLOAD_BLOB_CONNECTION_STRING"},
    "shop-migrate": {"CARTLOAD_SHOP_DATABASE_URL"},
    "topics": set(),
}
"""The secrets of what runs once: a migration changes tables, and signs nothing."""


@pytest.fixture(params=ALL, ids="+".join)
def objects(request: pytest.FixtureRequest) -> tuple[Object, ...]:
    return rendered(*profiles(*request.param))


def test_pods_pass_restricted_pod_security(objects: tuple[Object, ...]) -> None:
    for name, pod in pods(objects):
        spec = pod["spec"]
        assert not spec.keys() & {"hostNetwork", "hostPID", "hostIPC", "initContainers"}, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        assert all(volume.keys() - {"name"} <= ALLOWED_VOLUMES for volume in spec.get("volumes", ())), name
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert not any("hostPort" in port for port in container.get("ports", ())), name


def test_containers_are_bounded_and_their_images_pinned(objects: tuple[Object, ...]) -> None:
    for name, pod in pods(objects):
        for container in pod["spec"]["containers"]:
            for bound in ("requests", "limits"):
                assert container["resources"][bound].keys() == {"cpu", "memory"}, name
            assert re.search(r"(:[\w.-]+|@sha256:[0-9a-f]{64})$", container["image"]), container["image"]
            assert not container["image"].endswith(":latest"), name


def test_a_volume_is_there_for_every_mount(objects: tuple[Object, ...]) -> None:
    for each in objects:
        claims = {one["metadata"]["name"] for one in each.get("spec", {}).get("volumeClaimTemplates", ())}
        for name, pod in pods((each,)):
            there = {volume["name"] for volume in pod["spec"].get("volumes", ())} | claims
            for container in pod["spec"]["containers"]:
                assert {mount["name"] for mount in container.get("volumeMounts", ())} == there, name


def test_an_account_is_there_for_every_pod_and_mounts_no_token(objects: tuple[Object, ...]) -> None:
    accounts = of_kind(objects, "ServiceAccount")
    assert all(account["automountServiceAccountToken"] is False for account in accounts.values())
    used = {pod["spec"].get("serviceAccountName") for _, pod in pods(objects)} - {None}
    assert used == accounts.keys()


def test_each_role_sees_its_own_secrets_only(objects: tuple[Object, ...]) -> None:
    for name, pod in pods(objects):
        role, seen = role_of(pod), set(secret_files(pod))
        if role in CLASSES:
            cls = CLASSES[role]
            assert seen <= {variable(cls, field) for field in cls.model_fields}, name
            required = {
                variable(cls, field)
                for field, info in cls.model_fields.items()
                if is_secret(field, info) and info.is_required()
            }
            assert required <= seen, name


def test_jobs_see_what_they_need_for_their_work_only() -> None:
    objects = render_values({"database.makeUsers": True}, *profiles("minimal"))
    jobs = of_kind(objects, "Job")
    seen = {role_of(pod): set(secret_files(pod)) for _, pod in pods(tuple(jobs.values()))}
    assert seen == OF_JOBS


def test_only_the_bundled_servers_have_secrets_of_the_chart() -> None:
    for profile in PROFILES:
        made = of_kind(rendered(*profiles(profile)), "Secret")
        assert list(made) == (["shop-cartload-dev"] if profile == "dev" else [])
    (secret,) = of_kind(rendered(*profiles("dev")), "Secret").values()
    wanted = {path for _, pod in pods(rendered(*profiles("dev"))) for path in secret_files(pod)}
    assert wanted <= secret["data"].keys()


def test_a_secret_is_found_under_another_name_and_key() -> None:
    (worker,) = (
        pod for _, pod in pods(rendered(*profiles("external"))) if role_of(pod) == "generator-worker"
    )
    assert secret_files(worker) == {
        "CARTLOAD_KAFKA_USERNAME": ("kafka-user", "username"),
        "CARTLOAD_KAFKA_PASSWORD": ("kafka-user", "password"),
        "CARTLOAD_PROXY_URL": ("cartload", "CARTLOAD_PROXY_URL"),
    }


def test_roles_are_told_what_they_read_and_all_that_is_required(objects: tuple[Object, ...]) -> None:
    for name, pod in pods(objects):
        role = role_of(pod)
        if role not in CLASSES:
            continue
        cls = CLASSES[role]
        told = settings_of(pod, objects).keys() | secret_files(pod).keys()
        read = {variable(cls, field) for field in cls.model_fields}
        assert told <= read | {"CARTLOAD_SECRETS_DIR", "TMPDIR"}, name
        required = {variable(cls, field) for field, info in cls.model_fields.items() if info.is_required()}
        assert required - {"CARTLOAD_PORT"} <= told, name


def test_settings_reach_the_roles_that_read_them_as_plain_text() -> None:
    values = {"settings": {"CARTLOAD_JOB_CUSTOMERS": 20000000, "CARTLOAD_UPSTREAM_SECONDS": 2.5}}
    maps = of_kind(render_values(values, *profiles("minimal")), "ConfigMap")
    having = {name: each["data"] for name, each in maps.items()}
    assert having["shop-cartload-generator-api"]["CARTLOAD_JOB_CUSTOMERS"] == "20000000"
    assert having["shop-cartload-gateway"]["CARTLOAD_UPSTREAM_SECONDS"] == "2.5"
    assert not any(
        "CARTLOAD_JOB_CUSTOMERS" in data for name, data in having.items() if "generator-api" not in name
    )


def test_a_changed_setting_replaces_the_pods_of_its_role_only() -> None:
    def checksums(**settings: object) -> dict[str, str]:
        objects = render_values({"settings": settings}, *profiles("minimal"))
        return {
            role_of(pod): pod["metadata"]["annotations"]["checksum/settings"]
            for _, pod in pods(tuple(of_kind(objects, "Deployment").values()))
        }

    before, after = checksums(), checksums(CARTLOAD_WORKER_CHUNKS=3)
    assert {role for role in before if before[role] != after[role]} == {"generator-worker"}


def test_what_sorts_on_disk_has_one_of_its_own_that_is_bounded() -> None:
    values = {f"roles.{role}.scratchSize": "7Gi" for role in ("generator-player", "writer-checker")}
    objects = render_values(values, *profiles("minimal"))
    sorting = [pod for _, pod in pods(objects) if "TMPDIR" in settings_of(pod, objects)]
    assert {role_of(pod) for pod in sorting} == {"generator-player", "writer-checker"}
    for pod in sorting:
        place = settings_of(pod, objects)["TMPDIR"]
        (container,) = pod["spec"]["containers"]
        (mounted,) = (one["name"] for one in container["volumeMounts"] if one["mountPath"] == place)
        assert {"name": mounted, "emptyDir": {"sizeLimit": "7Gi"}} in pod["spec"]["volumes"]


def test_pods_have_longer_to_stop_than_the_process_takes() -> None:
    from cartload_kit.http.server import STOP_SECONDS

    for name, pod in pods(tuple(of_kind(rendered(*profiles("minimal")), "Deployment").values())):
        (container,) = pod["spec"]["containers"]
        slept = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["spec"]["terminationGracePeriodSeconds"] >= slept + STOP_SECONDS + 5, name


def test_an_identity_is_the_writers_alone() -> None:
    objects = rendered(*profiles("external"))
    marked = {
        role_of(pod) for _, pod in pods(objects) if "azure.workload.identity/use" in pod["metadata"]["labels"]
    }
    assert marked == {"writer-api", "writer-consumer", "writer-tasks", "writer-migrate"}
    annotated = {
        name
        for name, account in of_kind(objects, "ServiceAccount").items()
        if "azure.workload.identity/client-id" in account["metadata"].get("annotations", {})
    }
    assert annotated == {"shop-cartload-writer", "shop-cartload-writer-jobs"}


def test_a_demonstration_fits_on_a_node_of_two_cores() -> None:
    """A node's own pods take up to half a core of it; what reserves more stays pending."""
    objects = rendered(*profiles("dev"))
    reserved = 0
    for workload in of_kind(objects, "Deployment", "StatefulSet", "Job").values():
        (pod,) = (found for name, found in pods((workload,)))
        cores = [container["resources"]["requests"]["cpu"] for container in pod["spec"]["containers"]]
        reserved += workload["spec"].get("replicas", 1) * sum(int(core.removesuffix("m")) for core in cores)
    assert 0 < reserved <= 1500
