"""How any paper of the house is typeset: the fonts, the page style, the compiler.  What a paper says is its room's."""
