"""The front: where people come in, log in at the municipality's OpenID Connect provider, and log out.

Owns nothing: no data, no password, no session but the provider's own signed token, which the browser keeps in a cookie
that every service verifies. Knows no word of the domain.
"""
