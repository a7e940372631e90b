"""Who finds whom, who may talk to whom, and how many there are."""

from typing import Any

import pytest

from cartload_contracts.topics import GROUPS, PARTITIONS
from cartload_kit.settings import variable
from cartload_kit.settings_docs import role_of as role_of_class
from support.generated import generator
from support.helm_chart import (
    NAME,
    PAIRS,
    PROFILES,
    Object,
    of_kind,
    pods,
    profiles,
    render_values,
    rendered,
    role_of,
    settings_of,
)

ALL = [(name,) for name in PROFILES] + list(PAIRS)
CLASSES = {role_of_class(cls).replace(" ", "-"): cls for cls in generator("configuration").role_classes()}
CALLED = {
    "CARTLOAD_AUTH_URL": "auth",
    "CARTLOAD_JWKS_URL": "auth",
    "CARTLOAD_GENERATOR_URL": "generator-api",
    "CARTLOAD_NOTIFIER_URL": "notifier",
    "CARTLOAD_WRITER_URL": "writer-api",
    "CARTLOAD_SHOP_URL": "shop-api",
}
SERVERS = {
    "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": "kafka",
    "CARTLOAD_AUTH_DATABASE_URL": "mysql",
    "CARTLOAD_GENERATOR_DATABASE_URL": "mysql",
    "CARTLOAD_WRITER_DATABASE_URL": "mysql",
    "CARTLOAD_BLOB_CONNECTION_STRING": "azurite",
}


@pytest.fixture(params=ALL, ids="+".join)
def objects(request: pytest.FixtureRequest) -> tuple[Object, ...]:
    return rendered(*profiles(*request.param))


def fits(selector: dict[str, str], pod: Object) -> bool:
    labels: dict[str, str] = pod["metadata"]["labels"]
    return selector.items() <= labels.items()


def test_selectors_find_the_pods_of_their_object_and_no_other(objects: tuple[Object, ...]) -> None:
    everything = dict(pods(objects))
    for name, each in of_kind(objects, "Deployment", "StatefulSet").items():
        found = [
            other for other, pod in everything.items() if fits(each["spec"]["selector"]["matchLabels"], pod)
        ]
        assert found == [name]
    for name, service in of_kind(objects, "Service").items():
        found = [other for other, pod in everything.items() if fits(service["spec"]["selector"], pod)]
        assert found == [name]
        (container,) = everything[name]["spec"]["containers"]
        assert service["spec"]["ports"][0]["targetPort"] in {port["name"] for port in container["ports"]}
    for name, budget in of_kind(objects, "PodDisruptionBudget").items():
        found = [
            other for other, pod in everything.items() if fits(budget["spec"]["selector"]["matchLabels"], pod)
        ]
        assert found == [name]


def test_urls_name_services_that_are_there(objects: tuple[Object, ...]) -> None:
    services = of_kind(objects, "Service")
    for name, each in of_kind(objects, "ConfigMap").items():
        for setting in CALLED.keys() & each["data"].keys():
            host, port = each["data"][setting].removeprefix("http://").split("/")[0].split(":")
            assert int(port) in {one["port"] for one in services[host]["spec"]["ports"]}
            # A canary talks to the canary, so that its images are tried together.
            assert host.endswith("-canary") == name.endswith("-canary"), name


def allowed(objects: tuple[Object, ...], direction: str) -> set[tuple[str, str]]:
    """Return the pairs of roles, caller first, that the policies of one direction name."""
    pairs = set()
    for policy in of_kind(objects, "NetworkPolicy").values():
        mine = policy["spec"]["podSelector"]["matchLabels"].get("app.kubernetes.io/component")
        for rule in policy["spec"].get(direction, ()):
            for peer in rule.get("to" if direction == "egress" else "from", ()):
                labels = peer.get("podSelector", {}).get("matchLabels", {})
                other = labels.get("app.kubernetes.io/component")
                if other:
                    pairs.add((mine, other) if direction == "egress" else (other, mine))
    return pairs


def test_roles_may_talk_to_those_whose_address_they_are_told() -> None:
    objects = rendered(*profiles("dev"))
    expected = {("test", "gateway")}
    for role, cls in CLASSES.items():
        settings = {variable(cls, field) for field in cls.model_fields}
        expected |= {(role, CALLED[setting]) for setting in settings & CALLED.keys()}
        expected |= {(role, SERVERS[setting]) for setting in settings & SERVERS.keys()}
    jobs = {
        *(("setup", "mysql"), ("auth-migrate", "mysql"), ("generator-migrate", "mysql")),
        *(("writer-migrate", "mysql"), ("writer-migrate", "azurite"), ("topics", "kafka")),
        ("shop-migrate", "mysql"),
    }
    assert allowed(objects, "egress") == expected | jobs
    # Anybody may send to the gateway, so no rule names the test.
    assert allowed(objects, "ingress") == (expected | jobs) - {("test", "gateway")}


def test_what_no_policy_allows_is_refused(objects: tuple[Object, ...]) -> None:
    policies = of_kind(objects, "NetworkPolicy")
    everything = policies[NAME]["spec"]
    assert everything.keys() == {"podSelector", "policyTypes"}
    assert everything["policyTypes"] == ["Ingress", "Egress"]
    for name, pod in pods(objects):
        assert fits(everything["podSelector"]["matchLabels"], pod), name
        own = [
            other
            for other, policy in policies.items()
            if other != NAME and fits(policy["spec"]["podSelector"]["matchLabels"], pod)
        ]
        assert own == [f"{NAME}-{role_of(pod)}"], name
    for name, policy in policies.items():
        open_to_all = [rule for rule in policy["spec"].get("ingress", ()) if "from" not in rule]
        assert bool(open_to_all) == (name == f"{NAME}-gateway" and "ipBlock" not in str(policies)), name


def test_outside_servers_are_reached_by_port_and_network() -> None:
    policies = of_kind(rendered(*profiles("external")), "NetworkPolicy")

    def outside(role: str) -> list[Any]:
        rules = policies[f"{NAME}-{role}"]["spec"]["egress"]
        return [
            rule
            for rule in rules
            if not any("podSelector" in to or "namespaceSelector" in to for to in rule.get("to", ()))
        ]

    kafka = {"ports": [{"port": 9093}], "to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]}
    database = {"ports": [{"port": 3306}], "to": [{"ipBlock": {"cidr": "10.2.0.0/16"}}]}
    blob = {"ports": [{"port": 443}]}
    proxy = {"ports": [{"port": 1080}], "to": [{"ipBlock": {"cidr": "10.3.0.7/32"}}]}
    assert outside("gateway") == [proxy]
    assert outside("generator-worker") == [kafka, proxy]
    assert outside("generator-player") == [kafka, database, proxy]
    assert outside("writer-checker") == [database, proxy]
    assert outside("writer-consumer") == [kafka, database, blob, proxy]
    assert outside("writer-migrate") == [database, blob, proxy]
    assert outside("auth-migrate") == [database]


def test_no_service_is_asked_through_the_proxy() -> None:
    objects = rendered(*profiles("external"))
    asked = {
        role_of(pod): settings_of(pod, objects).get("CARTLOAD_PROXY_BYPASS", "").split(",")
        for _, pod in pods(objects)
    }
    given = ["localhost", "127.0.0.0/8", "::1", "10.0.0.0/8"]
    services = [f"{NAME}-{role}" for role in ("auth", "generator-api", "notifier", "shop-api", "writer-api")]
    assert asked["gateway"] == [*services, *given]
    assert asked["notifier"] == [f"{NAME}-generator-api", f"{NAME}-auth", *given]
    assert asked["writer-migrate"] == given
    assert asked["auth-migrate"] == [""]


def test_a_consumer_never_has_more_replicas_than_partitions() -> None:
    objects = rendered(*profiles("autoscaling"))
    scaled = of_kind(objects, "ScaledObject")
    assert scaled.keys() == {f"{NAME}-generator-worker", f"{NAME}-writer-consumer"}
    assert all(each["spec"]["maxReplicaCount"] <= PARTITIONS for each in scaled.values())
    groups = {name: each["spec"]["triggers"][0]["metadata"]["consumerGroup"] for name, each in scaled.items()}
    assert groups == {
        f"{NAME}-generator-worker": GROUPS["generator worker"],
        f"{NAME}-writer-consumer": GROUPS["writer consumer"],
    }


@pytest.mark.parametrize("operators", [True, False])
def test_one_decides_how_many_replicas_there_are(operators: bool) -> None:
    objects = rendered(*profiles("autoscaling"), operators=operators)
    targets = [
        each["spec"]["scaleTargetRef"]["name"]
        for each in of_kind(objects, "HorizontalPodAutoscaler", "ScaledObject").values()
    ]
    fixed = [name for name, each in of_kind(objects, "Deployment").items() if "replicas" in each["spec"]]
    assert sorted(targets + fixed) == sorted(of_kind(objects, "Deployment"))


def test_a_canary_gets_its_share_of_requests_and_other_images() -> None:
    objects = rendered(*profiles("canary"))
    (route,) = of_kind(objects, "HTTPRoute").values()
    shares = {backend["name"]: backend["weight"] for backend in route["spec"]["rules"][0]["backendRefs"]}
    assert shares == {f"{NAME}-gateway": 90, f"{NAME}-gateway-canary": 10}
    assert shares.keys() <= of_kind(objects, "Service").keys()
    for name, pod in pods(objects):
        image = pod["spec"]["containers"][0]["image"]
        # Its migrations too: they only add, so the others go on beside them.
        new = name.endswith("-canary") or name in of_kind(objects, "Job")
        assert image.endswith(":0.1.1" if new else ":0.1.0"), name


def test_the_bundled_servers_are_those_of_compose() -> None:
    from cartload_dev.docker import servers

    images = {role_of(pod): pod["spec"]["containers"][0] for _, pod in pods(rendered(*profiles("dev")))}
    assert images["kafka"]["image"] == servers.KAFKA_IMAGE
    assert images["mysql"]["image"] == servers.MYSQL_IMAGE
    assert images["azurite"]["image"] == servers.AZURITE_IMAGE
    assert set(servers.MYSQL_OPTIONS) <= set(images["mysql"]["args"])


def test_jobs_are_hooks_before_an_upgrade_except_beside_bundled_servers() -> None:
    for name, job in of_kind(rendered(*profiles("minimal")), "Job").items():
        assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade", name
    for name, job in of_kind(rendered(*profiles("dev")), "Job").items():
        assert "annotations" not in job["metadata"], name
        assert name.endswith("-1"), name


def test_ingress_names_the_gateway() -> None:
    values = {"ingress": {"enabled": True, "host": "cartload.example", "tlsSecret": "tls"}}
    (ingress,) = of_kind(render_values(values, *profiles("minimal")), "Ingress").values()
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"] == {"service": {"name": f"{NAME}-gateway", "port": {"name": "http"}}}
    assert ingress["spec"]["tls"] == [{"hosts": ["cartload.example"], "secretName": "tls"}]


def test_there_is_no_test_that_could_not_sign_in() -> None:
    closed = {"settings.CARTLOAD_REGISTRATION": "closed"}
    assert not of_kind(render_values(closed, *profiles("minimal")), "Pod")
    (test,) = of_kind(
        render_values({**closed, "test.loginSecret": "login"}, *profiles("minimal")), "Pod"
    ).values()
    assert test["spec"]["volumes"][0]["secret"]["secretName"] == "login"
