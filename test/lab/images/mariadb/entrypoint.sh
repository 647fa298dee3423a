#!/bin/sh
# Makes the data directory (beside, then renamed, so that a kill leaves none or a whole one), the database and its user; then the server is PID 1.
# Takes the variables of the official image: MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD_FILE, MARIADB_ROOT_PASSWORD_FILE.
set -eu
data=/var/lib/mysql/data
if [ ! -d "$data" ]; then
  rm -rf "$data.new"
  mariadb-install-db --datadir="$data.new" --user=mysql --auth-root-authentication-method=normal --skip-test-db > /dev/null
  sync
  mv "$data.new" "$data"
fi

quoted() { sed "s/'/''/g; s/\\\\/\\\\\\\\/g" "$1" | tr -d '\n'; }
umask 077
cat > /dev/shm/init.sql <<SQL
CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;
CREATE USER IF NOT EXISTS '$MARIADB_USER'@'%';
ALTER USER '$MARIADB_USER'@'%' IDENTIFIED BY '$(quoted "$MARIADB_PASSWORD_FILE")';
GRANT ALL ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%';
ALTER USER root@localhost IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('$(quoted "$MARIADB_ROOT_PASSWORD_FILE")');
SQL
chown mysql /dev/shm/init.sql
exec "$@" --user=mysql --datadir="$data" --init-file=/dev/shm/init.sql --bind-address=0.0.0.0 --skip-name-resolve
