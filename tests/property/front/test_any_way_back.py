"""Whatever page is asked for after a login, it is one of ours."""

from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from front.attempt import local


@settings(max_examples=300)
@given(st.text("/\\:.@?#%\t\n aehttps", max_size=12))
def test_whatever_is_asked_for_a_login_ends_on_this_host(path: str) -> None:
    found = local(path)
    assert found.startswith("/")
    assert (urlsplit(found).scheme, urlsplit(found).netloc) == ("", "")
    assert not {"\\", "\t", "\n"} & set(found)
