"""Second factors: passkeys, generators of codes (application, card), recovery codes.

Owns their rows, their verification and their changes.  Never opens a session.
"""
