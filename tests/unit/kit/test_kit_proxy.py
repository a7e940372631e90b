"""The proxy's URL and the list of hosts that go direct: what is read, and what is refused in which words."""

import pytest

from cartload_kit.proxy import DEFAULT_BYPASS, Proxy
from cartload_kit.settings import Settings, load

URL = "socks5://ada:hunter2@proxy:1080"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("socks5://proxy:1080", Proxy("proxy", 1080)),
        ("socks5h://proxy:1080/", Proxy("proxy", 1080, remote_names=True)),
        ("SOCKS5://PROXY.example:9050", Proxy("proxy.example", 9050)),
        ("socks5://ada:p%40%2F%3A%23@[::1]:1080", Proxy("::1", 1080, "ada", "p@/:#")),
    ],
)
def test_a_url_says_where_the_proxy_is_who_signs_in_and_who_resolves_names(url: str, expected: Proxy) -> None:
    assert Proxy.parse(url) == expected


@pytest.mark.parametrize(
    "url", ["socks5h://ada:p%40%2F%3A%23%C3%A4@[::1]:1080", "socks5://ada:hunter2@proxy:1080"]
)
def test_a_client_is_told_the_url_as_it_was_given(url: str) -> None:
    assert Proxy.parse(url).url_for("http://elsewhere/") == url


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("proxy:1080", "must look like socks5://"),
        ("http://ada:hunter2@proxy:1080", "must look like socks5://"),
        ("socks4://ada:hunter2@proxy:1080", "must look like socks5://"),
        ("socks5://ada:hunter2@proxy", "must look like socks5://"),
        ("socks5://ada:hunter2@proxy:0", "must look like socks5://"),
        ("socks5://ada:hunter2@proxy:99999", "must look like socks5://"),
        ("socks5://ada:hunter2@:1080", "must look like socks5://"),
        ("socks5://ada:hunter2@proxy:1080/path", "must look like socks5://"),
        ("socks5://ada:hunter2@proxy:1080?a=b", "must look like socks5://"),
        ("socks5://ada:hunter2#4@proxy:1080", "write / # . @ : in them as %2F %23"),
        ("socks5://hunter2@proxy:1080", "both a user and a password"),
        ("socks5://:hunter2@proxy:1080", "both a user and a password"),
        (f"socks5://ada:{'hunter2' * 40}@proxy:1080", "at most 255 bytes"),
    ],
)
def test_another_url_stops_the_start_in_one_line_that_hides_the_password(
    url: str, allowed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARTLOAD_PROXY_URL", url)
    with pytest.raises(SystemExit) as stopped:
        load(Settings, port=8000)
    (line,) = capsys.readouterr().err.splitlines()
    assert stopped.value.code == 2
    assert line.startswith("CARTLOAD_PROXY_URL=********: must ")
    assert allowed.replace("# . @", "# ? @") in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("bypass", "host", "direct"),
    [
        ("storage", "storage", True),
        ("storage", "STORAGE.", True),
        ("storage", "storage.example", False),
        ("storage", "my-storage", False),
        ("Storage.Example", "storage.example", True),
        ("*.example", "storage.example", True),
        ("*.example", "a.b.example", True),
        ("*.example", "example", False),
        ("*.example", "notexample", False),
        ("*.example", "storage.example.org", False),
        ("10.1.0.0/16", "10.1.255.255", True),
        ("10.1.0.0/16", "10.2.0.0", False),
        ("10.1.0.0/16", "::ffff:10.1.2.3", True),
        ("10.1.0.0/16", "10.1.0.0.example", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.77", False),
        ("fd00::/8", "fd12::1", True),
        ("fd00::/8", "[fd12::1]", True),
        ("fd00::/8", "fe12::1", False),
        (" a , *.b ,, 10.0.0.0/8 ", "10.9.9.9", True),
        # A platform tells a process its identity at such an address, whatever the list says.
        ("a", "169.254.169.254", True),
        ("a", "fe80::1", True),
    ],
)
def test_hosts_go_direct_by_their_name_its_end_or_their_network(
    bypass: str, host: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTLOAD_PROXY_URL", URL)
    monkeypatch.setenv("CARTLOAD_PROXY_BYPASS", bypass)
    proxy = load(Settings, port=8000).proxy
    assert proxy is not None
    assert proxy.goes_direct(host) is direct
    bare = host.strip("[]")
    url = f"http://[{bare}]:10000/x" if ":" in bare else f"http://{bare}:10000/x"
    assert proxy.url_for(url) == (None if direct else URL)


@pytest.mark.parametrize(
    ("host", "direct"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("account.blob.core.windows.net", True),
        ("account.blob.core.windows.net.example", False),
        ("login.microsoftonline.com", False),
        ("10.0.0.1", False),
        ("auth", False),
    ],
)
def test_by_default_this_machine_and_azures_blob_endpoints_go_direct(host: str, direct: bool) -> None:
    assert Proxy.parse(URL, DEFAULT_BYPASS).goes_direct(host) is direct
    assert load(Settings, port=8000).proxy_bypass == DEFAULT_BYPASS


@pytest.mark.parametrize(
    "pattern", ["*", "*.", "a.*", "http://a", "a:80", "10.0.0.0/33", "10.0.0.0/8/8", "-a", "a b", "[::1]"]
)
def test_another_pattern_stops_the_start_in_one_line_that_names_it(
    pattern: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARTLOAD_PROXY_BYPASS", f"localhost,{pattern}")
    with pytest.raises(SystemExit):
        load(Settings, port=8000)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("CARTLOAD_PROXY_BYPASS=")
    assert f"{pattern!r} must be a host name, *.suffix, an address or a network" in line


def test_without_a_url_there_is_no_proxy_and_the_password_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(Settings, port=8000).proxy is None
    monkeypatch.setenv("CARTLOAD_PROXY_URL", URL)
    settings = load(Settings, port=8000)
    assert settings.proxy is not None
    assert "hunter2" not in f"{settings!r} {settings.proxy!r} {settings.proxy.server}"
