"""Training and certification: approved bodies, sessions, attendance, results.  Never says who may conclude a mandat."""
