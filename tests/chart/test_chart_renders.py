"""Each profile, and each pair of profiles, is accepted by Helm."""

import pytest

from support.helm_chart import CHART, PAIRS, PROFILES, helm, of_kind, profiles, rendered

ROLES = 10
OF_OPERATORS = {"HTTPRoute", "ScaledObject", "TriggerAuthentication", "PodMonitor", "PrometheusRule"}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_passes_lint(profile: str) -> None:
    helm("lint", "--strict", str(CHART), *profiles(profile))


@pytest.mark.parametrize("names", [(name,) for name in PROFILES] + list(PAIRS), ids="+".join)
def test_profiles_render_all_roles_under_unique_names(names: tuple[str, ...]) -> None:
    objects = rendered(*profiles(*names))
    stable = [name for name in of_kind(objects, "Deployment") if not name.endswith("-canary")]
    assert len(stable) == ROLES
    found = [(each["kind"], each["metadata"]["name"]) for each in objects]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("names", [(name,) for name in PROFILES] + list(PAIRS), ids="+".join)
def test_without_operators_their_objects_are_left_out_and_nothing_else(names: tuple[str, ...]) -> None:
    with_all, without = rendered(*profiles(*names)), rendered(*profiles(*names), operators=False)
    assert not OF_OPERATORS & {each["kind"] for each in without}
    kept = {(each["kind"], each["metadata"]["name"]) for each in with_all if each["kind"] not in OF_OPERATORS}
    assert {(each["kind"], each["metadata"]["name"]) for each in without} == kept


def test_each_profile_makes_what_it_is_for() -> None:
    def kinds(profile: str) -> set[str]:
        return {each["kind"] for each in rendered(*profiles(profile))}

    minimal = kinds("minimal")
    assert kinds("dev") - minimal == {"StatefulSet", "Secret"}
    assert kinds("canary") - minimal == {"HTTPRoute"}
    assert kinds("autoscaling") - minimal == {"HorizontalPodAutoscaler", "ScaledObject"}
    assert "PodMonitor" in kinds("observability") - minimal
    together = {each["kind"] for each in rendered(*profiles("external", "autoscaling"))}
    assert "TriggerAuthentication" in together
