"""Hands on the tables of the rooms, where Django looks for them."""
