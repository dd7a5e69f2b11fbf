-- The two roles of the database.  Run by an administrator of the cluster, as often as one likes.
--   mandats_owner    owns database and schema; only `manage.py migrate` connects as it.
--   mandats_service  reads and writes rows; may change no table, and migrations take from it the right to change the journal.
-- Passwords are given apart (ALTER ROLE ... PASSWORD): they stand in no file.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mandats_owner') THEN
        CREATE ROLE mandats_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mandats_service') THEN
        CREATE ROLE mandats_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
END
$$;
