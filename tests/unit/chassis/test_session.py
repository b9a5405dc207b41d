import pytest
from starlette.requests import Request

from chassis.session import cookie_names, sent_cookies, session_token


def sent(*headers: bytes) -> dict[str, str]:
    return sent_cookies(Request({"type": "http", "headers": [(b"cookie", header) for header in headers]}))


@pytest.mark.parametrize("planted", [b"\xa0", b"\x85", b"\x1f", b"\x0c", b"x"])
def test_a_cookie_that_another_host_could_set_never_passes_as_this_hosts_own(planted: bytes) -> None:
    names = cookie_names("https://stafett.example")
    for name in (planted + b"__Host-stafett", b"__Host-stafett" + planted):
        assert session_token(sent(name + b"=theirs"), names) == ""
        assert session_token(sent(b"__Host-stafett=mine; " + name + b"=theirs"), names) == "mine"


def test_cookies_come_in_one_header_or_several_and_the_first_of_a_name_counts() -> None:
    assert sent(b"a=1; b=x=y;c=", b"a=2; d", b"") == {"a": "1", "b": "x=y", "c": ""}
