# shellcheck shell=bash
# The built program and its Stripe sandbox, started from anywhere.

# Job control only while starting: a Ctrl-C then reaches this script alone, which stops things in order.
# start_apart LOG COMMAND…: sets STARTED to its process id; LOG `-` is this terminal.
start_apart() {
  local log=$1
  shift
  set -m
  if [[ $log == - ]]; then "$@" </dev/null & else "$@" </dev/null >"$log" 2>&1 & fi
  STARTED=$!
  set +m
}

is_running() { [[ $'\n'$(jobs -pr)$'\n' == *$'\n'$1$'\n'* ]]; }

# Asks it to end, and insists after 20 s.
stop_process() {
  local attempt
  kill -TERM "$1" 2>/dev/null || return 0
  for ((attempt = 0; attempt < 200; attempt++)); do
    is_running "$1" || return 0
    sleep 0.1
  done
  kill -KILL "$1"
}

# wait_until_ready PID URL SECONDS: until the URL answers with success.
wait_until_ready() {
  local deadline=$(($(date +%s) + $3))
  while is_running "$1"; do
    if curl --fail --silent --output /dev/null --max-time 2 "$2"; then return; fi
    [[ $(date +%s) -lt $deadline ]] || return 1
    sleep 0.1
  done
  return 1
}

# Where the program finds its pages, so that the folder it is started in does not matter.
server_settings() {
  export SKYCONNECT_ADDR=$1
  export LEPTOS_OUTPUT_NAME=skyconnect LEPTOS_SITE_ROOT=$SITE LEPTOS_SITE_PKG_DIR=pkg LEPTOS_SITE_ADDR=$1
  export LEPTOS_HASH_FILES=true LEPTOS_ENV=PROD
}

# The address under which this machine reaches a server that listens on ADDR.
local_url() {
  local port=${1##*:}
  case $1 in
    0.0.0.0:* | '[::]:'*) echo "http://127.0.0.1:$port" ;;
    *) echo "http://$1" ;;
  esac
}

# Without Stripe keys the program speaks to a sandbox: the one of this repository, its events going to the server at URL.
# start_stripe_sandbox LOG URL PORT. With STRIPE_SANDBOX_STATE set, what it knows outlives it.
start_stripe_sandbox() {
  local port
  port=$(next_free_port "$3")
  export STRIPE_API_URL=http://127.0.0.1:$port/ STRIPE_JS_URL=http://127.0.0.1:$port/v3/
  STRIPE_WEBHOOK_SECRET=whsec_$(random_hex 16)
  export STRIPE_WEBHOOK_SECRET
  STRIPE_SANDBOX_ADDR=127.0.0.1:$port STRIPE_SANDBOX_WEBHOOK_URL=$2/webhooks/stripe \
    STRIPE_SANDBOX_WEBHOOK_SECRET=$STRIPE_WEBHOOK_SECRET start_apart "$1" "$SANDBOX"
  at_exit "stop_process $STARTED"
  step "stripe sandbox: 127.0.0.1:$port"
}

# start_server LOG: with the settings in the environment; sets SERVER to its process id.
start_server() {
  start_apart "$1" "$PROGRAM"
  SERVER=$STARTED
  at_exit "stop_process $SERVER"
}
