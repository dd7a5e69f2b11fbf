"""The rules of the mandat as plain Python: durations, what is signed, what is allowed, why it ends."""
