"""Activity reports (CRA), their counts by month, their figures and their export.  Never a person who was helped."""
