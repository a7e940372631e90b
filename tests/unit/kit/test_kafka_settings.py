"""What a role is told of Kafka: which settings go together, and what the clients are told then."""

import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka.abc import AbstractTokenProvider

from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import load
from support.certificates import Certificate, loopback

BROKERS = {"CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": "a:9093,[::1]:9094,b"}
SASL = {"CARTLOAD_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"}
TLS = {"CARTLOAD_KAFKA_SECURITY_PROTOCOL": "SSL"}
USER = {"CARTLOAD_KAFKA_USERNAME": "ada", "CARTLOAD_KAFKA_PASSWORD": "hunter2"}
TOKENS = {
    "CARTLOAD_KAFKA_SASL_MECHANISM": "OAUTHBEARER",
    "CARTLOAD_KAFKA_OAUTH_TOKEN_URL": "https://tokens/token",
    "CARTLOAD_KAFKA_OAUTH_CLIENT_ID": "cartload",
    "CARTLOAD_KAFKA_OAUTH_CLIENT_SECRET": "hunter2",
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return loopback(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in BROKERS.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def settings(told: pytest.MonkeyPatch, **values: str) -> KafkaSettings:
    for name, value in values.items():
        told.setenv(name, value)
    return load(KafkaSettings)


def refused(told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **values: str) -> list[str]:
    with pytest.raises(SystemExit) as error:
        settings(told, **values)
    assert error.value.code == 2
    said = capsys.readouterr().err
    assert "hunter2" not in said
    return said.splitlines()


def test_without_more_nothing_is_encrypted_and_nobody_signs_in(told: pytest.MonkeyPatch) -> None:
    found = settings(told).kafka
    assert found.arguments() == {
        "bootstrap_servers": "a:9093,[::1]:9094,b",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }
    assert found.brokers() == [("a", 9093), ("::1", 9094), ("b", 9092)]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_user_signs_in_with_a_password(told: pytest.MonkeyPatch, mechanism: str) -> None:
    found = settings(told, **SASL, **USER, CARTLOAD_KAFKA_SASL_MECHANISM=mechanism).kafka
    arguments = found.arguments()
    assert arguments["security_protocol"] == "SASL_PLAINTEXT"
    assert arguments["sasl_mechanism"] == mechanism
    assert (arguments["sasl_plain_username"], arguments["sasl_plain_password"]) == ("ada", "hunter2")
    assert "hunter2" not in repr(found)


def test_a_process_has_one_source_of_tokens(told: pytest.MonkeyPatch) -> None:
    found = settings(told, **SASL, **TOKENS)
    assert found.kafka.mechanism == "OAUTHBEARER"
    assert isinstance(found.kafka.tokens, AbstractTokenProvider)
    assert found.kafka is found.kafka


def test_brokers_are_verified_by_name_and_by_the_authority_that_is_named(
    told: pytest.MonkeyPatch, certificate: Certificate
) -> None:
    context = settings(told, **TLS, CARTLOAD_KAFKA_CA_FILE=str(certificate.chain)).kafka.tls
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1


def test_the_systems_authorities_serve_where_none_is_named(
    told: pytest.MonkeyPatch, certificate: Certificate
) -> None:
    told.setenv("SSL_CERT_FILE", str(certificate.chain))
    context = settings(told, **TLS).kafka.tls
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) >= 1


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (
            SASL,
            [
                "CARTLOAD_KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT and CARTLOAD_KAFKA_SASL_MECHANISM is not "
                "set: SASL_PLAINTEXT and SASL_SSL need a mechanism, the other protocols use none"
            ],
        ),
        (
            {"CARTLOAD_KAFKA_SASL_MECHANISM": "PLAIN", **USER},
            [
                "CARTLOAD_KAFKA_SECURITY_PROTOCOL=PLAINTEXT and CARTLOAD_KAFKA_SASL_MECHANISM=PLAIN: "
                "SASL_PLAINTEXT and SASL_SSL need a mechanism, the other protocols use none"
            ],
        ),
        (
            {**SASL, "CARTLOAD_KAFKA_SASL_MECHANISM": "PLAIN", "CARTLOAD_KAFKA_PASSWORD": "hunter2"},
            [
                "CARTLOAD_KAFKA_USERNAME is not set and CARTLOAD_KAFKA_SASL_MECHANISM=PLAIN: "
                "PLAIN and SCRAM must have it"
            ],
        ),
        (
            {**SASL, **TOKENS, "CARTLOAD_KAFKA_PASSWORD": "hunter2"},
            [
                "CARTLOAD_KAFKA_PASSWORD=******** and CARTLOAD_KAFKA_SASL_MECHANISM=OAUTHBEARER: "
                "it is used with PLAIN and SCRAM only"
            ],
        ),
        (
            {**SASL, "CARTLOAD_KAFKA_SASL_MECHANISM": "OAUTHBEARER"},
            [
                f"CARTLOAD_KAFKA_OAUTH_{name} is not set and CARTLOAD_KAFKA_SASL_MECHANISM=OAUTHBEARER: "
                "OAUTHBEARER must have it"
                for name in ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")
            ],
        ),
        (
            {"CARTLOAD_KAFKA_OAUTH_SCOPE": "kafka"},
            [
                "CARTLOAD_KAFKA_OAUTH_SCOPE=kafka and CARTLOAD_KAFKA_SASL_MECHANISM is not set: "
                "it is used with OAUTHBEARER only"
            ],
        ),
        (
            {"CARTLOAD_KAFKA_SECURITY_PROTOCOL": "ssl"},
            [
                "CARTLOAD_KAFKA_SECURITY_PROTOCOL='ssl': must be 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or "
                "'SASL_SSL'"
            ],
        ),
        (
            {**TLS, "CARTLOAD_KAFKA_CA_FILE": "/nowhere/ca.pem"},
            [
                "CARTLOAD_KAFKA_CA_FILE='/nowhere/ca.pem': must be a file that can be read: "
                "No such file or directory"
            ],
        ),
        (
            {**TLS, "CARTLOAD_KAFKA_CA_FILE": __file__},
            [f"CARTLOAD_KAFKA_CA_FILE={__file__!r}: must be a file with certificates in PEM"],
        ),
        (
            {**TLS, "CARTLOAD_KAFKA_CERTIFICATE_FILE": __file__, "CARTLOAD_KAFKA_KEY_FILE": __file__},
            [
                f"CARTLOAD_KAFKA_CERTIFICATE_FILE={__file__} and CARTLOAD_KAFKA_KEY_FILE={__file__}: "
                "must be a certificate in PEM and the key it was made with"
            ],
        ),
        (
            {**TLS, "CARTLOAD_KAFKA_CERTIFICATE_FILE": __file__},
            [
                f"CARTLOAD_KAFKA_CERTIFICATE_FILE={__file__} and CARTLOAD_KAFKA_KEY_FILE is not set: "
                "set both or none: the certificate and its key"
            ],
        ),
    ],
)
def test_what_does_not_fit_together_is_told(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], values: dict[str, str], lines: list[str]
) -> None:
    assert refused(told, capsys, **values) == lines


@pytest.mark.parametrize("name", ["CA", "CERTIFICATE", "KEY"])
def test_files_for_tls_are_refused_without_tls(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], certificate: Certificate, name: str
) -> None:
    (line,) = refused(told, capsys, **{f"CARTLOAD_KAFKA_{name}_FILE": str(certificate.chain)})
    assert line == (
        f"CARTLOAD_KAFKA_{name}_FILE={certificate.chain} and CARTLOAD_KAFKA_SECURITY_PROTOCOL=PLAINTEXT: "
        "it is used with SSL and SASL_SSL only"
    )


def test_a_certificate_goes_with_its_own_key(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], certificate: Certificate, tmp_path: Path
) -> None:
    pair = {
        "CARTLOAD_KAFKA_CERTIFICATE_FILE": str(certificate.chain),
        "CARTLOAD_KAFKA_KEY_FILE": str(certificate.key),
    }
    assert settings(told, **TLS, **pair).kafka.tls is not None
    other = loopback(tmp_path)
    (line,) = refused(told, capsys, CARTLOAD_KAFKA_KEY_FILE=str(other.key))
    assert "the key it was made with" in line


def test_without_tokens_no_http_client_is_loaded(told: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; from cartload_kit.kafka.settings import KafkaSettings; "
        "from cartload_kit.settings import load; load(KafkaSettings).kafka; print('aiohttp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"False\n"
