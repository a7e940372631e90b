"""Wrong values are refused with a sentence that names them."""

from collections.abc import Mapping
from typing import Any

import pytest

from support.helm_chart import Refused, profiles, render_values

WRONG: dict[str, tuple[Mapping[str, Any], str]] = {
    "a typo": ({"kafak.bootstrapServers": "a:1"}, "'kafak' not allowed"),
    "a typo deep inside": ({"roles.gateway.replica": 2}, "'replica' not allowed"),
    "a setting that nobody reads": (
        {"settings.CARTLOAD_LOGLEVEL": "info"},
        "'CARTLOAD_LOGLEVEL' not allowed",
    ),
    "a setting out of its bounds": ({"settings.CARTLOAD_GENERATOR_POOL": 5}, "minimum: got 5, want 10"),
    "a word that is none": ({"settings.CARTLOAD_REGISTRATION": "maybe"}, "must be one of 'open', 'closed'"),
    "a secret as a value": (
        {"settings.CARTLOAD_SIGNING_KEY_SECRET": "x"},
        "'CARTLOAD_SIGNING_KEY_SECRET' not allowed",
    ),
    "an incomplete digest": ({"image.digests.auth": "sha256:12"}, "does not match pattern"),
    "no brokers": ({"kafka.bootstrapServers": ""}, "kafka.bootstrapServers is empty: name your brokers"),
    "no secret": (
        {"secrets.name": ""},
        "secrets.name is empty: name the existing Secret that holds CARTLOAD_",
    ),
    "no secret for the administrator": (
        {
            "secrets.name": "",
            "database.makeUsers": True,
            "secrets.refs": {
                f"CARTLOAD_{part}": {"name": "x"}
                for part in (
                    "AUTH_DATABASE_URL",
                    "GENERATOR_DATABASE_URL",
                    "WRITER_DATABASE_URL",
                    "SIGNING_KEY_SECRET",
                    "BLOB_CONNECTION_STRING",
                )
            },
        },
        "name the existing Secret that holds CARTLOAD_DATABASE_ADMIN_URL",
    ),
    "more workers than partitions": (
        {"roles.generator-worker.replicas": 9, "roles.generator-worker.maxReplicas": 9},
        "roles.generator-worker.replicas=9 is more than kafka.partitions=8",
    ),
    "autoscaling beyond the partitions": (
        {"roles.writer-consumer.maxReplicas": 12},
        "roles.writer-consumer.maxReplicas=12 is more than kafka.partitions=8",
    ),
    "fewest above most": ({"roles.auth.replicas": 5}, "roles.auth.replicas=5 is more than its maxReplicas=4"),
    "both ways to Blob": (
        {"blob.accountUrl": "https://a.blob.core.windows.net"},
        "blob.accountUrl and a connection string exclude each other",
    ),
    "no way to Blob": ({"blob.authentication": "sas"}, "blob.authentication=sas needs blob.accountUrl"),
    "an identity that is not used": (
        {"blob.identityClientId": "0" * 36},
        "blob.identityClientId is for blob.authentication=identity alone",
    ),
    "an identity in plain text": (
        {"blob.authentication": "identity", "blob.accountUrl": "http://a.example"},
        "blob.accountUrl=http://a.example must be https",
    ),
    "SASL without a mechanism": (
        {"kafka.securityProtocol": "SASL_SSL"},
        "kafka.securityProtocol=SASL_SSL needs kafka.saslMechanism",
    ),
    "a mechanism without SASL": (
        {"kafka.saslMechanism": "PLAIN"},
        "kafka.saslMechanism=PLAIN needs kafka.securityProtocol SASL_SSL",
    ),
    "OAuth without its URL": (
        {"kafka.securityProtocol": "SASL_SSL", "kafka.saslMechanism": "OAUTHBEARER"},
        "OAUTHBEARER needs kafka.oauth.tokenUrl",
    ),
    "tokens through the proxy": (
        {
            "kafka.securityProtocol": "SASL_SSL",
            "kafka.saslMechanism": "OAUTHBEARER",
            "kafka.oauth.tokenUrl": "https://login.example/token",
            "proxy.enabled": True,
        },
        "proxy.bypass lacks login.example: a player of streams asks",
    ),
    "OAuth that is not used": (
        {"kafka.oauth.scope": "x"},
        "kafka.oauth is for kafka.saslMechanism=OAUTHBEARER alone",
    ),
    "certificates without TLS": (
        {"kafka.ca.name": "x"},
        "kafka.ca and kafka.clientCertificate need kafka.securityProtocol SSL",
    ),
    "two systems at once": (
        {"dev.enabled": True},
        "dev.enabled brings its own Kafka, MySQL, Azurite and secrets",
    ),
    "a proxy for servers of its own": (
        {"dev.enabled": True, "proxy.enabled": True},
        "proxy.enabled is for servers elsewhere",
    ),
    "a route to nowhere": ({"httpRoute.enabled": True}, "httpRoute.parentRefs is empty"),
    "an ingress without a host": ({"ingress.enabled": True}, "ingress.host is empty"),
    "a canary without a route": (
        {"canary.enabled": True, "canary.tag": "x"},
        "canary.enabled needs httpRoute.enabled",
    ),
    "a canary of nothing": (
        {"canary.enabled": True, "httpRoute.enabled": True, "httpRoute.parentRefs": [{"name": "x"}]},
        "canary.tag is empty",
    ),
}


@pytest.mark.parametrize(("values", "sentence"), WRONG.values(), ids=list(WRONG))
def test_it_is_refused(values: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        render_values(values, *profiles("minimal"))
    assert sentence in refused.value.text
