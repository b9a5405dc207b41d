"""Organisation: the units, who works at them as what, and who answers for each.

Owns the tree of units, the members with their roles from and to a day, and the responsible managers with deputies.
Tells every change; each service (this one too) keeps a replica, from which rights are read. Does not own logins
(the identity provider) or anything about the persons who get support.
"""
