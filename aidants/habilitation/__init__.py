"""A structure's and an aidant's right to use the service.  Never says what a mandat covers."""
