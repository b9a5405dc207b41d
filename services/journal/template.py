"""Journal templates (journalmallar): which headings and keywords a unit uses. A list that a municipality extends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.decision import Invalid


@dataclass(frozen=True)
class Coded:
    """A code and what people read."""

    code: str
    name: str


@dataclass(frozen=True)
class Phrase:
    """A text to insert in a note (frastext), where it is changed to what really happened."""

    code: str
    name: str
    text: str
    units: frozenset[UUID] = frozenset()
    """The units that use it; none named means every unit with the template."""


@dataclass(frozen=True)
class Template:
    """What decides the headings, keywords and phrases of a journal (TRE-JOUR-02)."""

    code: str
    name: str
    headings: tuple[Coded, ...]
    keywords: tuple[Coded, ...]
    phrases: tuple[Phrase, ...] = ()
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

    def phrases_at(self, unit_id: UUID) -> tuple[Phrase, ...]:
        """The phrases that a unit uses, in their order."""
        return tuple(phrase for phrase in self.phrases if not phrase.units or unit_id in phrase.units)

    def phrase(self, unit_id: UUID, code: str, field: str) -> Phrase:
        """The phrase with this code. WrongPhrase, at the field it was given in, when the unit has none."""
        found = next((phrase for phrase in self.phrases_at(unit_id) if phrase.code == code), None)
        if found is None:
            raise WrongPhrase(field)
        return found


class WrongTemplate(Invalid):
    """Journalmallen används inte på enheten. Välj en av enhetens mallar."""


class WrongHeading(Invalid):
    """Rubriken finns inte i journalmallen. Välj en av mallens rubriker."""


class WrongKeyword(Invalid):
    """Nyckelordet finns inte i journalmallen. Välj bland mallens nyckelord."""


class WrongPhrase(Invalid):
    """Frastexten finns inte på enheten. Välj bland enhetens frastexter."""


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

PHRASES = (
    Phrase("enligt-plan", "Insats enligt plan", "Insatsen har utförts enligt genomförandeplanen."),
    Phrase(
        "erbjudande-avbojt",
        "Erbjudande som avböjts",
        "Den enskilde erbjöds … men avböjde. Skäl enligt den enskilde: …",
    ),
    Phrase(
        "informerad",
        "Informerad om journalen",
        "Den enskilde har informerats om att det som dokumenteras i journalen går att läsa, och att det antecknas om "
        "den enskilde anser att något är felaktigt.",
    ),
    Phrase("kontakt-narstaende", "Kontakt med närstående", "Kontakt med … (närstående) om …. Samtycke finns: …"),
)
HAGADAHL = Phrase(
    "samtal-oppenvard",
    "Samtal i öppenvården",
    "Samtal enligt planering. Tema: …. Den enskildes syn på samtalet: ….",
)


def _unit(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"stafett:unit:{code}")


TEMPLATES: Mapping[str, Template] = {
    template.code: template
    for template in (
        Template("allman", "Allmän genomförandejournal", HEADINGS, KEYWORDS, PHRASES),
        Template(
            "ifo-hagadahl",
            "IFO Hagadahl",
            HEADINGS,
            KEYWORDS,
            (*PHRASES, replace(HAGADAHL, units=frozenset({_unit("hagadahl-bistand")}))),
            frozenset({_unit("hagadahl-service"), _unit("hagadahl-bistand")}),
        ),
        Template(
            "ifo-berga-service",
            "IFO Berga service öppenvård",
            HEADINGS,
            KEYWORDS,
            PHRASES,
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
