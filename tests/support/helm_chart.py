"""The Helm chart rendered: what `helm` makes of values, as objects, and how its pods are found."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "cartload"
PROFILES = ("minimal", "external", "observability", "canary", "autoscaling", "dev")
"""Each in ci/; dev comes last, since it takes back what others say of servers."""
PAIRS = tuple(
    (one, other)
    for index, one in enumerate(PROFILES)
    for other in PROFILES[index + 1 :]
    if (one, other) != ("external", "dev")
)
"""All but the one that contradicts itself."""
RELEASE = "shop"
NAME = f"{RELEASE}-cartload"
OPERATORS = ("gateway.networking.k8s.io/v1", "keda.sh/v1alpha1", "monitoring.coreos.com/v1")
KUBERNETES = "1.34.0"

type Object = dict[str, Any]


@dataclass(frozen=True)
class Refused(Exception):
    """What `helm` said when it refused values."""

    text: str


def profiles(*names: str) -> tuple[str, ...]:
    """Return helm's options for profiles, in their order."""
    return tuple(part for name in names for part in ("-f", str(CHART / "ci" / f"{name}.yaml")))


def helm(*arguments: str) -> str:
    """Run helm; raises Refused with what it says when it fails."""
    done = subprocess.run(["helm", *arguments], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise Refused(done.stderr + done.stdout)
    return done.stdout


@cache
def rendered(*options: str, operators: bool = True) -> tuple[Object, ...]:
    """Return all objects, also those of hooks; with `operators` as for a cluster that has all of them."""
    apis = tuple(part for api in OPERATORS for part in ("--api-versions", api)) if operators else ()
    text = helm("template", RELEASE, str(CHART), "--kube-version", KUBERNETES, *apis, *options)
    return tuple(document for document in yaml.load_all(text, yaml.CSafeLoader) if document)


def render_values(values: Mapping[str, Any], *options: str) -> tuple[Object, ...]:
    """As `rendered`, with values on top."""
    return rendered(
        *options,
        *(part for key, value in values.items() for part in ("--set-json", f"{key}={json.dumps(value)}")),
    )


def of_kind(objects: tuple[Object, ...], *kinds: str) -> dict[str, Object]:
    """Return the objects of some kinds by name."""
    return {each["metadata"]["name"]: each for each in objects if each["kind"] in kinds}


def pod_of(each: Object) -> Object | None:
    """Return metadata and spec of the pods that an object makes, or None when it makes none."""
    if each["kind"] == "Pod":
        return each
    template: Object | None = each.get("spec", {}).get("template")
    return template if each["kind"] in {"Deployment", "StatefulSet", "Job"} else None


def pods(objects: tuple[Object, ...]) -> Iterator[tuple[str, Object]]:
    """Yield the name of each object that makes pods, with their metadata and spec."""
    for each in objects:
        pod = pod_of(each)
        if pod is not None:
            yield each["metadata"]["name"], pod


def role_of(pod: Object) -> str:
    """Return the role or job that a pod is of."""
    return str(pod["metadata"]["labels"]["app.kubernetes.io/component"])


def secret_files(pod: Object) -> dict[str, tuple[str, str]]:
    """Return the files of secret settings in a pod: each with its Secret and its key there."""
    volume = next((one for one in pod["spec"].get("volumes", ()) if one["name"] == "secrets"), None)
    sources = volume.get("projected", {}).get("sources", ()) if volume else ()
    return {
        item["path"]: (source["secret"]["name"], item["key"])
        for source in sources
        for item in source["secret"]["items"]
    }


def settings_of(pod: Object, objects: tuple[Object, ...]) -> dict[str, str]:
    """Return what a pod's container is told: of its ConfigMap, and by itself."""
    (container,) = pod["spec"]["containers"]
    maps = of_kind(objects, "ConfigMap")
    told: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        told |= maps[source["configMapRef"]["name"]]["data"]
    return told | {one["name"]: one["value"] for one in container.get("env", ())}
