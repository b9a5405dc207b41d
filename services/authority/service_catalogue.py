"""The service catalogue (insatsmeny): the kinds of support that can be ordered."""

from collections.abc import Iterable

from chassis.decision import Invalid
from contracts.authority import OrderedService


class UnknownService(Invalid):
    """En av insatserna finns inte i insatsmenyn. Välj insatser ur menyn."""


CATALOGUE = (
    OrderedService(code="webbuppdrag-internt", name="Webbuppdrag internt"),
    OrderedService(code="morgonhjalp", name="Morgonhjälp"),
    OrderedService(code="eftermiddagshjalp", name="Eftermiddagshjälp"),
    OrderedService(code="dusch", name="Dusch"),
    OrderedService(code="lunch-varmratt", name="Lunch (varmrätt)"),
    OrderedService(code="ledsagning", name="Ledsagning"),
    OrderedService(code="trygghetslarm", name="Trygghetslarm"),
    OrderedService(code="tvatt", name="Tvätt"),
    OrderedService(code="stad", name="Städ"),
    OrderedService(code="servicelagenhet", name="Servicelägenhet", forms=("Servicelägenhet",)),
    OrderedService(code="utslussboende-ekb", name="Utslussboende (EKB)"),
    OrderedService(code="vardnadsoverflytt-ersattning", name="Vårdnadsöverflytt – ersättning"),
    OrderedService(code="oppenvard-0-20", name="Öppenvård 0–20"),
    OrderedService(code="oppenvard-21-64", name="Öppenvård 21–64"),
    OrderedService(code="stod-i-boendet", name="Stöd i boendet"),
    OrderedService(code="stod-i-boendet-sarskilt-avtal", name="Stöd i boendet (särskilt avtal)"),
    OrderedService(code="stod-i-boendet-sarskilt-avtal-ext", name="Stöd i boendet (särskilt avtal ext)"),
    OrderedService(code="stod-i-boendet-tillf-utokn-externt", name="Stöd i boendet (tillf. utökn. externt)"),
    OrderedService(code="stodboende", name="Stödboende"),
    OrderedService(code="sarskilt-boende", name="Särskilt boende"),
    OrderedService(code="ov-oppna-ins-sol-egen-b", name="ÖV öppna ins SoL egen b"),
)
"""The codes are stable; the names may be changed. Only Servicelägenhet has forms to choose from."""

_BY_CODE = {service.code: service for service in CATALOGUE}


def ordered(codes: Iterable[str]) -> tuple[OrderedService, ...]:
    """The services with these codes, each once, in the order given. UnknownService when one isn't in the catalogue."""
    try:
        return tuple(_BY_CODE[code] for code in dict.fromkeys(codes))
    except KeyError:
        raise UnknownService("services") from None
