"""Figures for those who steer the service; no usager, no mandat, no structure by name."""
