"""The settings limit what feeds may do on the network."""

from tui_pod.net.access import make_policy
from tui_pod.net.login import Login


def test_access_waits_as_long_as_the_settings_say() -> None:
    limits = make_policy((), 4.0).limits
    assert (limits.idle, limits.seconds) == (4.0, 6.0)


def test_request_has_what_the_policy_allows() -> None:
    there, login = ("http", "nas.home", 80), Login(("http", "nas.home", 80), "me", "secret")
    policy = make_policy([], 10.0).widened([there], (login,))
    request = policy.request("http://nas.home/f", {"Accept": "*/*"})
    assert (request.allowed, request.logins, dict(request.headers)) == (frozenset([there]), (login,), {"Accept": "*/*"})
    assert dict(policy.request("http://nas.home/f").headers) == {}


def test_host_in_the_settings_is_private_at_its_port_by_both_schemes() -> None:
    assert make_policy(["nas.home", "nas.home:8080", "a:b:c"], 1.0).private == {
        ("http", "nas.home", 80), ("https", "nas.home", 443), ("http", "nas.home", 8080), ("https", "nas.home", 8080),
    }  # fmt: skip
    assert make_policy((), 1.0).limits.size == 32 * 1024 * 1024
    widened = make_policy(["nas.home"], 1.0).widened([("http", "a.org", 80)], ())
    assert widened.private > make_policy(["nas.home"], 1.0).private
