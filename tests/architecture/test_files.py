"""Files: nothing in them is about a real person or somebody's machine, and none is too long to read."""

import pytest

from tests.architecture.rules.identity_numbers import official, strangers
from tests.architecture.rules.places import places
from tests.architecture.rules.size import too_long
from tests.architecture.rules.source import ROOT, python, tracked
from tests.architecture.rules.unit_tests import needs, searches

LIST = "tests/support/official_test_numbers.txt"
ALLOWED = official((ROOT / LIST).read_text().splitlines())
LONG: dict[str, str] = {}
"""What is longer than the rule and why it stays so."""


@pytest.mark.requirement("DOM-ID-01")
def test_only_official_test_numbers_stand_in_the_repository() -> None:
    wrong = [f"{path} {found}" for path, text in tracked() for found in strangers(text, ALLOWED)]
    assert wrong == [], "\n".join(wrong)


def test_the_list_holds_official_numbers_only_in_twelve_characters() -> None:
    assert [number for number in ALLOWED if len(number) != 12] == []
    assert len(ALLOWED) == 36


NOBODYS = "19380304" + "-" + "0009"
"""The birth number 000 is given to nobody; put together here so that this file passes its own rule."""


@pytest.mark.parametrize(
    "written", [NOBODYS, NOBODYS.replace("-", ""), NOBODYS[2:], f"nr {NOBODYS[:2]} {NOBODYS[2:]}."]
)
def test_a_number_that_could_be_somebodys_is_found_however_it_is_written(written: str) -> None:
    assert len(strangers(f"one line\n{written}", ALLOWED)) == 1


@pytest.mark.parametrize(
    "written",
    [
        "19380303-9142",
        "193803039142",
        "380303-9142",
        "19 380303-9142",
        "19380303-9143",
        "20050505-T000",
        "19640260-2392",
        "1700000000",
        "0192f0c1-0000-7000-8000-" + NOBODYS.replace("-", ""),
    ],
)
def test_an_official_number_a_wrong_one_and_an_id_pass(written: str) -> None:
    assert strangers(written, ALLOWED) == []


def test_an_official_number_in_another_century_and_another_t_number_are_found() -> None:
    assert len(strangers("20" + "380303-9142", ALLOWED)) == 1
    assert len(strangers("20050591" + "-T000", ALLOWED)) == 1


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    wrong = [f"{path} {found}" for path, text in tracked() if path != "uv.lock" for found in places(text)]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    "written",
    [
        "https://" + "pypi." + "org/simple",
        "image: " + "ghcr" + ".io/stafett",
        "registry.npm" + "js.org",
        "/" + "home/anna/stafett",
        "see /" + "work/main",
        "C:" + "\\Users",
    ],
)
def test_a_registry_or_a_path_of_a_machine_is_found(written: str) -> None:
    assert len(places(f"first\n{written}")) == 1


@pytest.mark.parametrize(
    "written", ["services/work/home.py", "/assignments/{id}", "https://id.sambi.se/loa", "a/tmp/b"]
)
def test_a_path_in_the_repository_and_an_ordinary_address_pass(written: str) -> None:
    assert places(written) == []


def test_functions_and_files_are_short_enough_to_read() -> None:
    found = {place: lines for path, text in python() for place, lines in too_long(path, text).items()}
    wrong = [f"{place} has {lines} lines" for place, lines in found.items() if place not in LONG]
    wrong += [f"{place} is short enough now" for place in LONG if place not in found]
    assert wrong == [], "\n".join(wrong)


def test_a_long_function_and_a_long_file_are_found() -> None:
    function = "def f():\n" + "    x = 1\n" * 40
    assert too_long("a.py", function) == {"a.py::f": 41}
    assert too_long("a.py", "x = 1\n" * 251) == {"a.py": 251}
    assert too_long("a.py", "def f():\n" + "    x = 1\n" * 39 + "x = 1\n" * 200) == {}


def test_unit_tests_take_no_fixture_and_no_server() -> None:
    pure = [(path, text) for path, text in python() if path.startswith(("tests/unit/", "tests/property/"))]
    wrong = [f"{path}: {need}" for path, text in pure for need in needs(text)]
    assert wrong == [], "\n".join(wrong)


def test_what_searches_is_a_property_test_and_what_does_not_is_a_unit_test() -> None:
    kinds = {path: path.split("/")[1] for path, _ in python() if path.startswith(("tests/unit/", "tests/property/"))}
    wrong = [path for path, text in python() if path in kinds and searches(text) != (kinds[path] == "property")]
    assert wrong == [], "\n".join(wrong)


def test_a_search_is_found() -> None:
    assert searches("from hypothesis import given")
    assert not searches("import pytest")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def test_it(clean): ...", "test_it takes the fixture clean"),
        ("def test_it(tmp_path): ...", "test_it takes the fixture tmp_path"),
        ("async def test_it(): ...", "test_it is async"),
        ("@pytest.fixture\ndef thing(): ...", "thing is a fixture"),
        ("import asyncpg", "imports asyncpg"),
        ("from tests.support.stafett import body", "imports tests.support.stafett"),
        ("from cli import servers", "imports cli.servers"),
    ],
)
def test_a_unit_test_that_needs_more_than_values_is_found(text: str, found: str) -> None:
    assert needs(text) == [found]


def test_values_from_parametrize_and_hypothesis_are_no_fixtures() -> None:
    text = (
        "@pytest.mark.parametrize(('a', 'b'), [])\n@given(st.integers(), st.text())\ndef test_it(a, b, c, d): ...\n"
        "@pytest.mark.parametrize('a, b', [])\n@given(c=st.text())\ndef test_that(a, b, c): ...\n"
    )
    assert needs(text) == []
