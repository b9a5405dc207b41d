"""Legal bases: a decision rests on a paragraph of the act that applied on its day."""

import re
from datetime import date, timedelta

import pytest

from services.authority.legal_basis import LEGAL_BASES, LegalBasis, UnknownLegalBasis, by_act, in_force, legal_basis

LAST_DAY_OF_THE_OLD_ACT = date(2025, 6, 30)
FIRST_DAY_OF_THE_NEW_ACT = date(2025, 7, 1)


def acts(on: date) -> set[str]:
    return {basis.act for basis in in_force(on)}


@pytest.mark.requirement("DOM-LAW-01")
def test_the_old_act_applies_until_the_last_of_june_2025() -> None:
    assert acts(LAST_DAY_OF_THE_OLD_ACT) == {"SoL 2001:453", "LSS 1993:387"}


@pytest.mark.requirement("DOM-LAW-01")
def test_the_new_act_applies_from_the_first_of_july_2025() -> None:
    assert acts(FIRST_DAY_OF_THE_NEW_ACT) == {"SoL 2025:400", "LSS 1993:387"}


@pytest.mark.requirement("DOM-LAW-01")
@pytest.mark.parametrize("on", [LAST_DAY_OF_THE_OLD_ACT, FIRST_DAY_OF_THE_NEW_ACT])
def test_lss_has_its_ten_kinds_of_support_before_and_after_the_new_act(on: date) -> None:
    lss = [basis for basis in in_force(on) if basis.act.startswith("LSS")]
    assert [basis.code for basis in lss] == [f"lss-9-{number}" for number in range(1, 11)]
    assert [basis.provision for basis in lss] == [f"9 § {number}" for number in range(1, 11)]


@pytest.mark.requirement("DOM-LAW-01")
def test_nothing_is_in_force_before_the_first_act_of_the_list() -> None:
    assert in_force(date(1993, 12, 31)) == ()


@pytest.mark.requirement("DOM-LAW-01")
@pytest.mark.parametrize(
    ("code", "provision", "act"),
    [
        ("sol2001-4-1", "4 kap. 1 §", "SoL 2001:453"),
        ("sol2001-5-5", "5 kap. 5 §", "SoL 2001:453"),
        ("sol2025-11-1", "11 kap. 1 §", "SoL 2025:400"),
        ("sol2025-12-1", "12 kap. 1 §", "SoL 2025:400"),
        ("lss-9-2", "9 § 2", "LSS 1993:387"),
    ],
)
def test_a_code_names_its_paragraph_also_when_the_act_is_repealed(code: str, provision: str, act: str) -> None:
    basis = legal_basis(code)
    assert (basis.provision, basis.act) == (provision, act)


@pytest.mark.requirement("DOM-LAW-01")
@pytest.mark.parametrize("code", ["", "4 kap. 1 §", "sol2025-4-1", "lss-9-11"])
def test_an_unknown_code_is_refused_with_a_sentence(code: str) -> None:
    with pytest.raises(UnknownLegalBasis, match=r"^Lagrummet finns inte i listan\. ") as refused:
        legal_basis(code)
    assert isinstance(refused.value, LookupError) and refused.value.args == (code,)


@pytest.mark.requirement("DOM-LAW-01")
def test_a_code_says_the_paragraph_it_stands_for() -> None:
    for basis in LEGAL_BASES:
        assert legal_basis(basis.code) is basis
        act, place = basis.code.split("-", 1)
        assert basis.act.lower().replace(" ", "").startswith(act[:3])
        assert re.findall(r"\d+|\b[a-z]\b", basis.provision) == re.findall(r"\d+|[a-z]", place)
    assert len({basis.code for basis in LEGAL_BASES}) == len(LEGAL_BASES)


@pytest.mark.requirement("DOM-LAW-01")
@pytest.mark.parametrize("basis", LEGAL_BASES, ids=lambda basis: basis.code)
def test_a_paragraph_applies_from_its_first_day_to_its_last(basis: LegalBasis) -> None:
    day = timedelta(days=1)
    assert basis in in_force(basis.valid_from) and basis not in in_force(basis.valid_from - day)
    if basis.valid_to is not None:
        assert basis in in_force(basis.valid_to) and basis not in in_force(basis.valid_to + day)


@pytest.mark.requirement("DOM-LAW-01", "C-14")
def test_the_acts_are_named_with_when_they_apply_and_those_in_force_come_first() -> None:
    acts = by_act()
    assert list(acts) == [
        "SoL 2025:400, beslut från och med 2025-07-01",
        "LSS 1993:387, beslut från och med 1994-01-01",
        "SoL 2001:453, beslut till och med 2025-06-30",
    ]
    assert sorted(basis.code for bases in acts.values() for basis in bases) == sorted(one.code for one in LEGAL_BASES)
