"""Legal bases (lagrum) for a decision on support: which paragraphs there are, and when they apply."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class LegalBasis:
    """One paragraph to decide by. Both days count; `valid_to` is None while the act is in force.

    The days are the act's, as its transitional rules say; later changes to a single paragraph are not followed.
    """

    code: str
    act: str
    provision: str
    text: str
    valid_from: date
    valid_to: date | None


class UnknownLegalBasis(KeyError):
    """Lagrummet finns inte i listan. Välj ett av de lagrum som gällde den dag beslutet fattades."""

    def __str__(self) -> str:
        return str(self.__doc__)  # a KeyError would show the code in quotes and nothing else


def _old_sol(code: str, provision: str, text: str) -> LegalBasis:
    return LegalBasis(code, "SoL 2001:453", provision, text, date(2002, 1, 1), date(2025, 6, 30))


def _new_sol(code: str, provision: str, text: str) -> LegalBasis:
    return LegalBasis(code, "SoL 2025:400", provision, text, date(2025, 7, 1), None)


def _lss(code: str, provision: str, text: str) -> LegalBasis:
    return LegalBasis(code, "LSS 1993:387", provision, text, date(1994, 1, 1), None)


LEGAL_BASES = (
    _old_sol("sol2001-3-6b", "3 kap. 6 b §", "Kontaktperson eller kontaktfamilj"),
    _old_sol("sol2001-4-1", "4 kap. 1 §", "Rätt till bistånd"),
    _old_sol("sol2001-5-5", "5 kap. 5 §", "Särskilt boende för äldre"),
    _old_sol("sol2001-5-7", "5 kap. 7 §", "Bostad med särskild service"),
    _new_sol("sol2025-8-4", "8 kap. 4 §", "Särskilt boende för äldre"),
    _new_sol("sol2025-8-11", "8 kap. 11 §", "Bostad med särskilt stöd"),
    _new_sol("sol2025-11-1", "11 kap. 1 §", "Rätt till insatser för personliga behov"),
    _new_sol("sol2025-11-4", "11 kap. 4 §", "Insatser utöver vad den enskilde har rätt till"),
    _new_sol("sol2025-11-5", "11 kap. 5 §", "Insatser utan individuell behovsprövning"),
    _new_sol("sol2025-12-1", "12 kap. 1 §", "Rätt till ekonomiskt bistånd"),
    _new_sol("sol2025-13-7", "13 kap. 7 §", "Kontaktperson eller kontaktfamilj"),
    _lss("lss-9-1", "9 § 1", "Rådgivning och annat personligt stöd"),
    _lss("lss-9-2", "9 § 2", "Personlig assistans"),
    _lss("lss-9-3", "9 § 3", "Ledsagarservice"),
    _lss("lss-9-4", "9 § 4", "Kontaktperson"),
    _lss("lss-9-5", "9 § 5", "Avlösarservice i hemmet"),
    _lss("lss-9-6", "9 § 6", "Korttidsvistelse utanför hemmet"),
    _lss("lss-9-7", "9 § 7", "Korttidstillsyn för skolungdom över 12 år"),
    _lss("lss-9-8", "9 § 8", "Familjehem eller bostad med särskild service för barn"),
    _lss("lss-9-9", "9 § 9", "Bostad med särskild service för vuxna"),
    _lss("lss-9-10", "9 § 10", "Daglig verksamhet"),
)

_BY_CODE = {basis.code: basis for basis in LEGAL_BASES}


def in_force(on: date) -> tuple[LegalBasis, ...]:
    """What a decision made on that day can rest on, in the order of the list."""
    return tuple(
        basis for basis in LEGAL_BASES if basis.valid_from <= on and (basis.valid_to is None or on <= basis.valid_to)
    )


def by_act() -> dict[str, tuple[LegalBasis, ...]]:
    """Every paragraph, under the name of its act and when that act applies; the acts in force first."""
    acts: dict[tuple[bool, str], list[LegalBasis]] = {}
    for basis in LEGAL_BASES:
        acts.setdefault((basis.valid_to is not None, _act_shown(basis)), []).append(basis)
    return {act: tuple(bases) for (_, act), bases in sorted(acts.items(), key=lambda item: item[0][0])}


def _act_shown(basis: LegalBasis) -> str:
    """SoL 2001:453, beslut till och med 2025-06-30."""
    until = f"till och med {basis.valid_to}" if basis.valid_to else f"från och med {basis.valid_from}"
    return f"{basis.act}, beslut {until}"


def legal_basis(code: str) -> LegalBasis:
    """The paragraph with that code, in force or not, since decisions outlive the act they were made under."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise UnknownLegalBasis(code) from None
