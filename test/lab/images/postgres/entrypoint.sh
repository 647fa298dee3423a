#!/bin/sh
# Creates the data directory (beside, then renamed, so that a kill leaves none or a whole one) with the role and its
# database; then the server is PID 1. Takes variables of the official image: POSTGRES_DB, POSTGRES_USER,
# POSTGRES_PASSWORD_FILE.
set -eu
PATH=$PATH:/usr/lib/postgresql/15/bin
data=/var/lib/postgresql/data/cluster
if [ ! -d "$data" ]; then
  rm -rf "$data.new"
  initdb --pgdata="$data.new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust \
    --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 > /dev/null
  echo "host all all all scram-sha-256" >> "$data.new/pg_hba.conf"
  echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$data.new" postgres > /dev/null
  sync
  mv "$data.new" "$data"
fi
exec "$@" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/run/postgresql
