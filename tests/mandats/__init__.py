"""The rooms of mandats, one file a module."""
