# shellcheck shell=bash
# shellcheck disable=SC2034 # the names here are for the commands that read this file
# What every command shares: where things are, how it speaks, how it cleans up after itself.

# A failure inside `$(…)` counts too. (macOS's own bash is too old to know this.)
shopt -s inherit_errexit 2>/dev/null || true

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DATA=$ROOT/.data
TOOLS=${SKYCONNECT_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/skyconnect/tools}
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
[[ $TARGET == /* ]] || TARGET=$PWD/$TARGET
# Commands that call one another go on counting from the first one's start.
export SKYCONNECT_BEGAN=${SKYCONNECT_BEGAN:-$(date +%s)}

step() { printf '[%4ds] %s\n' $(($(date +%s) - SKYCONNECT_BEGAN)) "$*" >&2; }

die() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# A command's head comment is its help.
help_wanted() {
  case ${1:-} in
    -h | --help | help)
      sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
  esac
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a talkative command silently; when it fails, shows how it ended.
quietly() {
  local log status=0
  log=$(mktemp)
  # The lock stays with us: a server started here would hold it for as long as it lives.
  "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
  if [[ $status != 0 ]]; then
    tail -n 40 "$log" >&2
    printf '\nFailed: %s\n' "$*" >&2
  fi
  rm -f "$log"
  return "$status"
}

# within SECONDS COMMAND…: `timeout` where there is one (macOS has none).
within() {
  local seconds=$1
  shift
  if has timeout; then timeout "$seconds" "$@"; else "$@"; fi
}

is_root() { [[ $(id -u) == 0 ]]; }

sha256() { if has sha256sum; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# random_hex BYTES
random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# The secret kept in a file, made at the first call and readable to its owner alone.
kept_secret() {
  [[ -s $1 ]] || (umask 077 && random_hex 32 >"$1")
  cat "$1"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# next_free_port FIRST. Ports from 32768 on belong to the machine's own outgoing connections.
next_free_port() {
  local port
  for ((port = $1; port < 32768; port++)); do
    if ! port_is_taken "$port"; then
      echo "$port"
      return
    fi
  done
  die "No free port from $1 to 32767 on 127.0.0.1."
}

# A port that two test runs at once hardly both choose.
random_free_port() { next_free_port $((20000 + RANDOM % 12000)); }

# Everything given here is run when the command ends, however it ends, the last first.
exit_steps=()
at_exit() { exit_steps+=("$*"); }
run_exit_steps() {
  local status=$? i
  trap - EXIT
  trap '' INT TERM
  for ((i = ${#exit_steps[@]} - 1; i >= 0; i--)); do eval "${exit_steps[i]}" || true; done
  exit "$status"
}
trap run_exit_steps EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# One at a time for what all checkouts share; without `flock` (macOS) nobody waits.
lock() {
  has flock || return 0
  mkdir -p "$(dirname "$1")"
  exec 9>"$1"
  flock -n 9 || {
    step "waiting for another run to release $1"
    flock 9
  }
}
unlock() { exec 9>&-; }
