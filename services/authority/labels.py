"""What people read for the codes of this service."""

from collections.abc import Mapping

PHASES: Mapping[str, str] = {
    "draft": "utkast",
    "discarded": "borttaget",
    "sent": "skickat",
    "received": "mottaget",
    "recalled": "återkallat av utföraren",
    "declined": "avböjt av utföraren",
    "distributed": "fördelat",
    "acknowledged": "kvitterat",
    "started": "påbörjat",
    "followed_up": "uppföljt",
    "ended": "avslutat hos utföraren",
    "withdrawn": "återtaget",
    "decline_confirmed": "avböjt och bekräftat",
    "closed": "avslutat",
}

MARKS: Mapping[str, str] = {
    "sent": "Skickad",
    "received": "Mottagen",
    "recalled": "Alla insatser återkallade av utföraren",
    "declined": "Avböjd av utföraren",
    "decline_confirmed": "Nej bekräftat",
    "replaced": "Ersatt av ett nytt uppdrag",
    "replacement_discarded": "Det nya utkastet borttaget",
    "discarded": "Utkastet borttaget",
    "withdrawn": "Återtagen",
    "withdrawal_too_late": "Återtagandet kom för sent: uppdraget var redan fördelat",
    "distributed": "Fördelad",
    "partly_acknowledged": "Kvitterad av någon enhet, inte av alla",
    "acknowledged": "Kvitterad",
    "started": "Påbörjad",
    "followed_up": "Uppföljd",
    "ended": "Avslutad hos utföraren",
    "closed": "Avslutad",
}

REASONS: Mapping[str, str] = {
    "wrong_provider": "fel utförare",
    "wrong_person": "fel person",
    "need_changed": "behovet har ändrats",
    "decision_changed": "beslutet har ändrats",
    "deceased": "personen har avlidit",
    "goals_met": "målen är uppnådda",
    "no_consent": "personen samtycker inte längre",
    "need_gone": "behovet har upphört",
    "moved": "personen har flyttat",
    "no_capacity": "utföraren har inte plats",
    "wrong_competence": "utföraren saknar rätt kompetens",
    "wrong_unit": "fel enhet",
    "conflict_of_interest": "jäv",
    "client_declines": "personen tackar nej",
    "provider": "utföraren",
    "client": "den enskilde",
    "continue": "fortsätt",
    "new_decision_needed": "nytt beslut behövs",
    "new_plan_needed": "ny genomförandeplan behövs",
}

MARKED: Mapping[str, str] = {"aid": "Bistånd", "service": "Service"}
"""Whether a unit carries out decided aid, or services without a decision."""

ROLES: Mapping[str, str] = {
    "operations_manager": "verksamhetschef",
    "unit_manager": "enhetschef",
    "coordinator": "samordnare",
    "care_worker": "omvårdnadspersonal",
}
"""The roles of those who see an order at a provider."""

PROTECTIONS: Mapping[str, str] = {
    "none": "Inga skyddade uppgifter",
    "confidentiality_mark": "Sekretessmarkering",
    "protected_registration": "Skyddad folkbokföring",
    "assumed_identity": "Fingerade personuppgifter",
}
