"""Django's PostgreSQL, with connections that are asked whether they still live when they were left alone."""
