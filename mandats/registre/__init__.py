"""The register of mandats: its tables, the only writers of them (services) and the questions (selectors)."""
