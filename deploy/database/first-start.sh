#!/bin/sh
# Run once by the postgres image on an empty volume, or by hand against any cluster as its administrator (PGHOST, PGUSER):
# makes the two roles with their passwords, the database and its privileges.
set -eu

: "${OWNER_PASSWORD:?password of mandats_owner}" "${SERVICE_PASSWORD:?password of mandats_service}"
here=${SQL_FOLDER:-/sql}

psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=owner_password="$OWNER_PASSWORD" --set=service_password="$SERVICE_PASSWORD" <<SQL
\\i $here/roles.sql
ALTER ROLE mandats_owner PASSWORD :'owner_password';
ALTER ROLE mandats_service PASSWORD :'service_password';
CREATE DATABASE mandats OWNER mandats_owner TEMPLATE template0;
\\connect mandats
\\i $here/privileges.sql
SQL
