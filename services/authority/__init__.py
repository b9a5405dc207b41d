"""Authority: what the municipality decides and orders for a person.

Owns persons, cases, referrals, care plans and decisions.
Owns the assignment as ordered (the order's status), and what came back from the unit.
Does not own the provider's work: receiving, distributing, plans, goals and follow-ups live in execution.
Does not own journals, deviations or notices; each has its own service.
Learns of them only through messages, and never reads another service's tables.
"""
