"""The usager's own pages: see everything, stop at once.  Large, plain, without script.

The structure knows nothing of their being opened.
"""
