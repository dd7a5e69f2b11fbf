"""The conseiller's screens: desk, mandats of the structure, a new mandat step by step."""
