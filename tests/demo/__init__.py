"""`make demo` from outside."""
