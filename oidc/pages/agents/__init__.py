"""The counter of an administration whose agent ProConnect knows: the verifier's own form, in its name."""
