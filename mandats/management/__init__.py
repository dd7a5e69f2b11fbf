"""Commands of ``mandats``."""
