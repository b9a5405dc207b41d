"""Journal templates (journalmallar): which headings and keywords a unit uses. A list that a municipality extends."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.decision import Invalid


@dataclass(frozen=True)
class Coded:
    """A code and what people read."""

    code: str
    name: str


@dataclass(frozen=True)
class Template:
    """What decides the headings and keywords of a journal (TRE-JOUR-02)."""

    code: str
    name: str
    headings: tuple[Coded, ...]
    keywords: tuple[Coded, ...]
    units: frozenset[UUID] = frozenset()
    """The units that use it; none named means every unit."""

    def heading(self, code: str) -> Coded:
        """The heading with this code. WrongHeading when the template has none."""
        found = next((heading for heading in self.headings if heading.code == code), None)
        if found is None:
            raise WrongHeading("heading")
        return found

    def keyword(self, code: str) -> Coded:
        """The keyword with this code. WrongKeyword when the template has none."""
        found = next((keyword for keyword in self.keywords if keyword.code == code), None)
        if found is None:
            raise WrongKeyword("keywords")
        return found


class WrongTemplate(Invalid):
    """Journalmallen används inte på enheten. Välj en av enhetens mallar."""


class WrongHeading(Invalid):
    """Rubriken finns inte i journalmallen. Välj en av mallens rubriker."""


class WrongKeyword(Invalid):
    """Nyckelordet finns inte i journalmallen. Välj bland mallens nyckelord."""


START = Coded("startanteckning", "Startanteckning")
"""About the first attempt to reach the person (BOE-JOUR-05)."""
NEW_CASE = Coded("nytt-arende", "Nytt ärende inkommer")
PLAN = Coded("genomforandeplan", "Genomförandeplan")
HEADINGS = (
    START,
    Coded("avvikelse-fran-plan", "Avvikelse från plan"),
    Coded("viktig-kontakt", "Viktig kontakt"),
    Coded("erbjudande-avbojt", "Erbjudande som avböjts"),
    PLAN,
    NEW_CASE,
    Coded("information", "Information till den enskilde"),
)
INFORMED = Coded("informerad-om-journalen", "Informerad om rätten att läsa journalen")
KEYWORDS = (
    Coded("genomforandeplan-upprattad", "Genomförandeplan upprättad"),
    INFORMED,
)


def _unit(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"stafett:unit:{code}")


TEMPLATES: Mapping[str, Template] = {
    template.code: template
    for template in (
        Template("allman", "Allmän genomförandejournal", HEADINGS, KEYWORDS),
        Template(
            "ifo-hagadahl",
            "IFO Hagadahl",
            HEADINGS,
            KEYWORDS,
            frozenset({_unit("hagadahl-service"), _unit("hagadahl-bistand")}),
        ),
        Template(
            "ifo-berga-service",
            "IFO Berga service öppenvård",
            HEADINGS,
            KEYWORDS,
            frozenset({_unit("berga-service")}),
        ),
    )
}


def templates_at(unit_id: UUID) -> list[Template]:
    """The templates to choose from at a unit, its own before the one for all."""
    usable = [template for template in TEMPLATES.values() if not template.units or unit_id in template.units]
    return sorted(usable, key=lambda template: (not template.units, template.name))


def template_at(unit_id: UUID, code: str) -> Template:
    """The template with this code. WrongTemplate when the unit doesn't use it."""
    found = next((template for template in templates_at(unit_id) if template.code == code), None)
    if found is None:
        raise WrongTemplate("template")
    return found
