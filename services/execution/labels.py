"""Codes as people read them."""

LABELS: dict[str, str] = {
    "received": "nytt",
    "accepted": "accepterat",
    "distributed": "fördelat",
    "acknowledged": "kvitterat",
    "in_execution": "påbörjat",
    "ended": "avslutat hos utföraren",
    "declined": "avböjt",
    "withdrawn": "återtaget",
    "closed": "avslutat",
    "no_capacity": "Vi har inte plats",
    "wrong_competence": "Vi saknar rätt kompetens",
    "wrong_unit": "Uppdraget hör till en annan enhet",
    "conflict_of_interest": "Jäv",
    "client_declines": "Den enskilde tackar nej",
    "provider": "utförarens",
    "client": "den enskildes",
    "wrong_provider": "fel utförare",
    "wrong_person": "fel person",
    "need_changed": "behovet har ändrats",
    "decision_changed": "beslutet har ändrats",
    "deceased": "avliden",
    "goals_met": "målen är uppnådda",
    "no_consent": "samtycke saknas",
    "need_gone": "behovet finns inte längre",
    "moved": "flyttat",
    "hours_per_visit": "Tim/besök",
    "hours_per_day": "Tim/dygn",
    "hours_per_week": "Tim/vecka",
    "hours_per_month": "Tim/månad",
    "times_per_day": "Ggr/dygn",
    "times_per_week": "Ggr/vecka",
    "times_per_month": "Ggr/månad",
    "whole_week": "Hela veckan",
    "weekdays": "Vardagar",
    "weekends": "Helger",
}
"""Code -> what people read."""

ROW_LABELS: dict[str, str] = {
    "registered": "Registrerad",
    "sent": "Skickad till genomförande",
    "recalled": "Återkallad",
    "removed": "Borttagen",
    "ended": "Avslutad",
}
"""A row's status -> what people read."""

ACT_LABELS: dict[str, str] = {
    "register": "Registrerade insats",
    "merge": "Slog ihop insatser",
    "remove": "Tog bort registrerad insats",
    "distribute": "Skickade till genomförande",
    "recall": "Återkallade insats",
    "acknowledge": "Kvitterade",
    "remind": "Påminde om att uppdraget inte är kvitterat",
    "start": "Registrerade första besöket",
    "end-row": "Registrerade sista dag för insats",
    "end": "Avslutade uppdraget",
    "decline": "Avböjde uppdraget",
    "confirm-decline": "Bekräftade att uppdraget avböjts",
    "withdraw": "Återtog uppdraget",
    "close": "Avslutade uppdraget hos myndigheten",
    "clear": "Gav medarbetare behörighet till personen",
    "change-clearance": "Ändrade vilka som får se personen",
}
"""What was done -> what people read in the history."""
