-- What the two roles may do in the current database.  Run once, by an administrator, in a database owned by mandats_owner,
-- before the first migration.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO mandats_service', current_database());
END
$$;
ALTER SCHEMA public OWNER TO mandats_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO mandats_service;
ALTER DEFAULT PRIVILEGES FOR ROLE mandats_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mandats_service;
ALTER DEFAULT PRIVILEGES FOR ROLE mandats_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO mandats_service;
