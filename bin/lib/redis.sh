# shellcheck shell=bash
# A Redis of our own: on the loopback alone, behind a password. It keeps nothing, since Postgres is the truth.

# redis_start FOLDER PORT PASSWORD
redis_start() {
  mkdir -p "$1"
  (umask 077 && cat >"$1/redis.conf") <<CONF
bind 127.0.0.1
port $2
requirepass $3
dir "$1"
pidfile "$1/redis.pid"
logfile "$1/redis.log"
daemonize yes
save ""
CONF
  quietly "$(redis_program)" "$1/redis.conf"
  local attempt
  for ((attempt = 0; attempt < 50; attempt++)); do
    if redis_answers "$2" "$3"; then return; fi
    sleep 0.1
  done
  tail -n 20 "$1/redis.log" >&2
  return 1
}

# redis_answers PORT PASSWORD: only ours knows the password.
redis_answers() (
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || exit 1
  printf 'AUTH %s
' "$2" >&3
  read -r -t 2 answer <&3 && [[ $answer == +OK* ]]
)

redis_stop() {
  local pid=
  [[ -s $1/redis.pid ]] && pid=$(<"$1/redis.pid")
  if [[ -n $pid ]] && kill "$pid" 2>/dev/null; then
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f "$1/redis.pid"
}
