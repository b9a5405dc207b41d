"""Journal: what is documented while support is carried out.

Owns journals, their notes with every version and correction in a hash chain, and the templates with headings, keywords
and phrases. Keeps a replica of which unit carries out which insats for which person. Does not own assignments, plans
and follow-ups (execution), the authority's own case notes, deviations, or notices. No text of a note ever leaves it.
"""
