"""Notify: who is told what, and what they have read.

Owns each member's inbox and sent notices, what they have read, and which kinds they don't want. Hears organisation,
authority, execution and deviation; tells nobody. Does not own what a notice is about: it holds ids and codes only,
never a name, an identity number or a text that somebody has written.
"""
