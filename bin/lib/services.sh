# shellcheck shell=bash
# The checkout's own Postgres and Redis under .data/, and throw-away ones for tests. Each kind is used only
# where DATABASE_URL or REDIS_URL does not name another.

POSTGRES=$DATA/postgres
REDIS=$DATA/redis
LEASES=$DATA/leases

# A service's port: the asked-for one, then the remembered one, then the usual one; the next free one where that is taken.
# kept_port FILE ASKED USUAL
kept_port() {
  local port=$2
  [[ -n $port ]] || { [[ -s $1 ]] && port=$(<"$1"); } || port=$3
  port=$(next_free_port "$port")
  echo "$port" >"$1"
  echo "$port"
}

# Starts what is not running, and exports DATABASE_URL and REDIS_URL.
services_start() {
  local password
  mkdir -p "$DATA"
  lock "$DATA/lock"
  password=$(kept_secret "$DATA/services.password")
  [[ -n ${DATABASE_URL:-} ]] || private_postgres "$password"
  [[ -n ${REDIS_URL:-} ]] || private_redis "$password"
  unlock
}

private_postgres() {
  local port
  if [[ ! -d $POSTGRES ]]; then
    step 'postgres: a new cluster in .data/postgres'
    rm -rf "$POSTGRES.new"
    new_postgres_folder "$POSTGRES.new"
    postgres_create "$POSTGRES.new" "$1"
    mv "$POSTGRES.new" "$POSTGRES"
  fi
  if postgres_is_running "$POSTGRES"; then
    port=$(postgres_port "$POSTGRES")
  else
    port=$(kept_port "$DATA/postgres.port" "${SKYCONNECT_PG_PORT:-}" 25432)
    postgres_start "$POSTGRES" "$port"
  fi
  export DATABASE_URL=postgres://skyconnect:$1@127.0.0.1:$port/skyconnect
  require_database "$DATABASE_URL"
  step "postgres: 127.0.0.1:$port"
}

private_redis() {
  local port=0
  [[ -s $DATA/redis.port ]] && port=$(<"$DATA/redis.port")
  if ! redis_answers "$port" "$1"; then
    port=$(kept_port "$DATA/redis.port" "${SKYCONNECT_REDIS_PORT:-}" 26380)
    redis_start "$REDIS" "$port" "$1"
  fi
  export REDIS_URL=redis://:$1@127.0.0.1:$port
  step "redis: 127.0.0.1:$port"
}

services_stop() {
  postgres_stop "$POSTGRES"
  redis_stop "$REDIS"
  rm -rf "$LEASES"
}

# Two programs may use the services at once; the last to leave stops them.
services_lease() {
  services_start
  mkdir -p "$LEASES"
  : >"$LEASES/$1"
}

services_release() {
  local lease
  lock "$DATA/lock"
  rm -f "$LEASES/$1"
  for lease in "$LEASES"/*; do
    [[ -e $lease ]] || continue
    lease=$(basename "$lease")
    if [[ $lease == kept ]] || kill -0 "$lease" 2>/dev/null; then return; fi
  done
  services_stop
  unlock
}

# A cluster and a Redis for this one run, gone at its end. What a crash would lose is of no value: nothing waits for the disk.
throwaway_services() {
  local folder password port
  folder=$(mktemp -d "${TMPDIR:-/tmp}/skyconnect-XXXXXX")
  chmod 711 "$folder"
  at_exit "rm -rf '$folder'"
  password=$(random_hex 16)
  if [[ -z ${DATABASE_URL:-} ]]; then
    new_postgres_folder "$folder/postgres"
    at_exit "postgres_remove '$folder/postgres'"
    postgres_create "$folder/postgres" "$password" 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off' \
      'max_connections = 300'
    port=$(random_free_port)
    postgres_start "$folder/postgres" "$port"
    export DATABASE_URL=postgres://skyconnect:$password@127.0.0.1:$port/skyconnect
    require_database "$DATABASE_URL"
    step "postgres: 127.0.0.1:$port, for this run"
  fi
  if [[ -z ${REDIS_URL:-} ]]; then
    at_exit "redis_stop '$folder/redis'"
    port=$(random_free_port)
    redis_start "$folder/redis" "$port" "$password"
    export REDIS_URL=redis://:$password@127.0.0.1:$port
    step "redis: 127.0.0.1:$port, for this run"
  fi
}

# Prints where the services can be reached, in a form that a shell can read.
services_status() {
  local password=
  [[ -s $DATA/services.password ]] && password=$(<"$DATA/services.password")
  if [[ -n ${DATABASE_URL:-} ]]; then
    echo "DATABASE_URL=$DATABASE_URL"
  elif postgres_is_running "$POSTGRES"; then
    echo "DATABASE_URL=postgres://skyconnect:$password@127.0.0.1:$(postgres_port "$POSTGRES")/skyconnect"
  else
    echo '# postgres: not running'
  fi
  if [[ -n ${REDIS_URL:-} ]]; then
    echo "REDIS_URL=$REDIS_URL"
  elif [[ -s $DATA/redis.port ]] && redis_answers "$(<"$DATA/redis.port")" "$password"; then
    echo "REDIS_URL=redis://:$password@127.0.0.1:$(<"$DATA/redis.port")"
  else
    echo '# redis: not running'
  fi
}
