"""Screens of activity: reports, figures, the national line's calls, kits."""
