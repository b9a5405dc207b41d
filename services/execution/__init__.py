"""Execution: what becomes of an assignment at the provider.

Owns the assignment as the provider has it (its rows, acknowledgements, start and end), follow-ups with their
signatures, and who has whom among Mina personer. Does not own the order itself (authority), notes (journal),
deviations, or notices.
"""
