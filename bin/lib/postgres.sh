# shellcheck shell=bash
# A Postgres cluster of our own: on the loopback alone, behind a password, run by an unprivileged user.

# Postgres refuses root; its package brought a user for it, who needs a folder that they can be in.
as_postgres() {
  if is_root; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# new_postgres_folder PATH: an empty folder in which Postgres may work. Where its user cannot reach PATH
# (a checkout under /root), the folder lies under /var/lib and PATH is a link to it.
new_postgres_folder() {
  if as_postgres test -x "$(dirname "$1")"; then
    mkdir -m 700 "$1"
  else
    ln -s "$(mktemp -d /var/lib/skyconnect-XXXXXX)" "$1"
  fi
  if is_root; then chown postgres "$1/"; fi
}

# postgres_create FOLDER PASSWORD SETTING…: a cluster whose superuser is `skyconnect`.
postgres_create() {
  local folder password_file status=0
  folder=$(cd "$1" && pwd -P)
  password_file=$folder.password
  (umask 077 && printf '%s\n' "$2" >"$password_file")
  if is_root; then chown postgres "$password_file"; fi
  shift 2
  quietly as_postgres "$(postgres_bin)/initdb" -D "$folder" -U skyconnect --auth=scram-sha-256 \
    --pwfile="$password_file" --encoding=UTF8 --no-locale || status=$?
  rm -f "$password_file"
  [[ $status == 0 ]] || return "$status"
  printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" "$@" >>"$folder/postgresql.conf"
}

# postgres_start FOLDER PORT
postgres_start() {
  local folder
  folder=$(cd "$1" && pwd -P)
  quietly as_postgres "$(postgres_bin)/pg_ctl" -D "$folder" -w -l "$folder/server.log" -o "-p $2" start || {
    tail -n 20 "$folder/server.log" >&2
    return 1
  }
}

postgres_is_running() {
  [[ -d $1 ]] && as_postgres "$(postgres_bin)/pg_ctl" -D "$(cd "$1" && pwd -P)" status >/dev/null
}

# Open connections are cut; what is committed stays.
postgres_stop() {
  if postgres_is_running "$1"; then
    quietly as_postgres "$(postgres_bin)/pg_ctl" -D "$(cd "$1" && pwd -P)" -w -m fast stop
  fi
}

# postgres_remove FOLDER: stops it and takes its data away.
postgres_remove() {
  postgres_stop "$1"
  rm -rf "$(cd "$1" && pwd -P)" "$1"
}

# The port that a running cluster listens on, from its own file.
postgres_port() { sed -n 4p "$1/postmaster.pid"; }

# database_sql URL SQL
database_sql() { psql "$1" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "$2"; }

# with_database URL NAME: the same server's other database.
with_database() { sed -E "s#^([a-z]+://[^/?]*)(/[^?]*)?#\1/$2#" <<<"$1"; }

# require_database URL: creates the database that the URL names, if it is not there.
require_database() {
  local name maintenance
  name=$(sed -E 's#^[a-z]+://[^/]*/([^?]+).*#\1#' <<<"$1")
  maintenance=$(with_database "$1" postgres)
  [[ $(database_sql "$maintenance" "select 1 from pg_database where datname = '$name'") == 1 ]] ||
    database_sql "$maintenance" "create database \"$name\""
}
