"""Deviation: what differed from the agreed care, who answers for it, and what came of it.

Owns deviations and complaints, their analysis, the feedback to whoever reported, the suspicions of Lex Sarah and
Lex Maria, and who may see each. Does not own persons or where they belong (told by execution), responsible managers
(organisation), notices (notify), or what is documented about a person (journal).
"""
