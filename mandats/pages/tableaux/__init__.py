"""Dashboards: the nation, the map and table of departments, one department.  Figures only, nobody is named."""
