"""What a counter, an administration or the usager asks about a mandat, and how guessing is made useless.

Owns the vocabulary of the answers (PROTOCOLS §3), the comparison of what was typed with what is kept, the
limits, the signed receipt.  Never says more than was asked, and never which part of a question was wrong.
"""
