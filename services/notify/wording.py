"""What notices say, put together when they are read: the only names in them are those of units and staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.notify.notice import Kind, Notice, Recipient


@dataclass(frozen=True)
class Says:
    """A kind of notice: on which page its recipient may see what it is about, and its words."""

    page: str
    subject: str
    text: str


UNKNOWN_UNIT = "okänd enhet"
UNKNOWN_MEMBER = "okänd medarbetare"

LINKS: Mapping[str, str] = {
    "authority": "/authority/assignments/{about}",
    "follow-up": "/authority/follow-ups/{part}",
    "execution": "/execution/assignments/{about}",
    "own-follow-up": "/execution/follow-ups/{part}",
    "deviation": "/deviation/deviations/{about}",
}
SEEN_BY_AUTHORITY = {"execution": "authority"}
SEEN_BY_PROVIDER = {"authority": "execution", "follow-up": "own-follow-up"}
"""The page of the same on the own side, where the recipient's is on the other."""

SAYS: Mapping[Kind, Says] = {
    Kind.NEW_ASSIGNMENT: Says(
        "execution",
        "Nytt uppdrag",
        "Ett nytt uppdrag har kommit till {unit}. Läs det och fördela det.",
    ),
    Kind.DISTRIBUTED: Says(
        "execution",
        "Uppdrag att kvittera",
        "{unit} ska utföra ett uppdrag. Läs det och kvittera det.",
    ),
    Kind.CHOSEN: Says(
        "execution",
        "Fördelat uppdrag",
        "Ett uppdrag som har kommit till {unit} har fördelats, och den som fördelade det vill att du känner till det.",
    ),
    Kind.ASSIGNMENT_CHANGED: Says(
        "execution",
        "Ändrat uppdrag",
        "Insatserna på {unit} har ändrats i ett uppdrag som du har kvitterat. Läs vad som gäller nu.",
    ),
    Kind.ASSIGNMENT_WITHDRAWN: Says(
        "execution",
        "Återtaget uppdrag",
        "Myndigheten har återtagit ett uppdrag från {unit}. Det ska inte utföras.",
    ),
    Kind.DECLINED: Says(
        "authority",
        "Avböjt uppdrag",
        "{unit} har tackat nej till ett uppdrag. Läs varför och bekräfta att du har tagit emot svaret.",
    ),
    Kind.DECLINE_CONFIRMED: Says(
        "execution",
        "Bekräftat nej",
        "Myndigheten har bekräftat att {unit} har tackat nej till ett uppdrag. Ni behöver inte göra något mer.",
    ),
    Kind.ACKNOWLEDGE_REMINDER: Says(
        "execution",
        "Påminnelse om att kvittera",
        "Ingen på {unit} har kvitterat ett uppdrag som enheten ska utföra. Läs det och kvittera det, eller se till att "
        "personalen gör det.",
    ),
    Kind.NOT_ACKNOWLEDGED: Says(
        "authority",
        "Uppdrag som ingen har kvitterat",
        "Ingen på {unit} har kvitterat ett uppdrag, trots påminnelse. Kontakta enheten.",
    ),
    Kind.ACKNOWLEDGED: Says(
        "authority",
        "Kvitterat uppdrag",
        "{unit} har kvitterat ett uppdrag.",
    ),
    Kind.STARTED: Says(
        "authority",
        "Påbörjad insats",
        "{unit} har gjort det första besöket i ett uppdrag.",
    ),
    Kind.FOLLOW_UP: Says(
        "follow-up",
        "Ny måluppföljning",
        "{unit} har avgivit en signerad måluppföljning. Läs den.",
    ),
    Kind.ASSIGNMENT_ENDED: Says(
        "authority",
        "Avslutade insatser",
        "Alla insatser i ett uppdrag har avslutats hos {unit}. Du kan nu avsluta uppdraget.",
    ),
    Kind.ASSIGNMENT_CLOSED: Says(
        "execution",
        "Avslutat uppdrag",
        "Myndigheten har avslutat ett uppdrag hos {unit}.",
    ),
    Kind.DEVIATION: Says(
        "deviation",
        "Ny avvikelse",
        "En avvikelse har registrerats på {unit}, där du är ansvarig chef. Läs och bedöm den.",
    ),
    Kind.DEVIATION_MOVED: Says(
        "deviation",
        "Flyttad avvikelse",
        "En avvikelse har flyttats till {unit}, där du är ansvarig chef. Läs och bedöm den.",
    ),
    Kind.MANAGER_MISSING: Says(
        "deviation",
        "Din avvikelse saknar ansvarig chef",
        "Ingen ansvarig chef finns för enheten. Kontrollera att avvikelsen är registrerad på rätt enhet. "
        "Den är nu registrerad på {unit}.",
    ),
    Kind.UNIT_WITHOUT_MANAGER: Says(
        "deviation",
        "Avvikelse utan ansvarig chef",
        "En avvikelse på {unit} saknar ansvarig chef. Se till att den hamnar på rätt enhet eller att enheten får en "
        "ansvarig chef.",
    ),
    Kind.LEX_SARAH: Says(
        "deviation",
        "Misstänkt Lex Sarah",
        "En avvikelse på {unit} kan vara föremål för en utredning enligt Lex Sarah. Läs och ta ställning.",
    ),
    Kind.LEX_MARIA: Says(
        "deviation",
        "Misstänkt Lex Maria",
        "En avvikelse på {unit} kan vara föremål för en utredning enligt Lex Maria. Läs och ta ställning.",
    ),
    Kind.FEEDBACK: Says(
        "deviation",
        "Återkoppling på din avvikelse",
        "Du har fått återkoppling på en avvikelse som du har rapporterat på {unit}.",
    ),
    Kind.DEVIATION_CLOSED: Says(
        "deviation",
        "Avslutad avvikelse",
        "En avvikelse som du har rapporterat på {unit} är avslutad.",
    ),
    Kind.DEVIATION_REMOVED: Says(
        "deviation",
        "Borttagen avvikelse",
        "En avvikelse på {unit}, som du har rapporterat eller ansvarat för, har tagits bort som felregistrerad.",
    ),
}

LABELS: Mapping[str, str] = {kind.value: says.subject for kind, says in SAYS.items()}
"""Kind -> what people read."""


def link(notice: Notice) -> str | None:
    """The page of what it is about, on the side where its recipient may see it; None when it is gone."""
    if notice.kind is Kind.DEVIATION_REMOVED:
        return None
    return _path(SAYS[notice.kind].page, notice)


def sender_link(notice: Notice, *, orders: bool) -> str | None:
    """The same for who caused it, on the authority's side if they order and else on the provider's."""
    if notice.kind is Kind.DEVIATION_REMOVED:
        return None
    page = SAYS[notice.kind].page
    return _path((SEEN_BY_AUTHORITY if orders else SEEN_BY_PROVIDER).get(page, page), notice)


def _path(page: str, notice: Notice) -> str:
    return LINKS[page].format(about=notice.about_id, part=notice.part_id)


def body(notice: Notice, units: Mapping[UUID, str]) -> str:
    """The sentence to read."""
    return SAYS[notice.kind].text.format(unit=units.get(notice.unit_id, UNKNOWN_UNIT))


def sent_by(notice: Notice, members: Mapping[UUID, str]) -> str:
    """Who caused it, in words."""
    return members.get(notice.actor_member_id, UNKNOWN_MEMBER) if notice.actor_member_id else "Stafett"


def sent_to(notice: Notice, units: Mapping[UUID, str], members: Mapping[UUID, str]) -> str:
    """Who it is for, in words."""
    unit = units.get(notice.to_id, UNKNOWN_UNIT)
    return {
        Recipient.MEMBER: members.get(notice.to_id, UNKNOWN_MEMBER),
        Recipient.MANAGEMENT: f"chefer och samordnare på {unit}",
        Recipient.STAFF: f"personalen på {unit}",
        Recipient.USER_SUPPORT: "användarstöd",
    }[notice.recipient]
