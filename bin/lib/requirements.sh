# shellcheck shell=bash
# What the machine itself must have. Where apt can be used, what is missing is installed; elsewhere it is named.

# Debian keeps the server's programs off the PATH, one folder a version.
postgres_bin() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || true
  [[ -n $found ]] || found=$(command -v initdb) ||
    found=$(compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb' | sort -V | tail -n 1) || return 1
  dirname "$found"
}

redis_program() { command -v redis-server || command -v valkey-server; }

chromium_program() {
  local mac='/Applications/Chromium.app/Contents/MacOS/Chromium'
  if [[ -n ${CHROMIUM:-} ]]; then
    echo "$CHROMIUM"
  else
    command -v chromium || command -v chromium-browser || { [[ -x $mac ]] && echo "$mac"; }
  fi
}

node_20() { has npm && [[ $(node --version) =~ ^v([0-9]+) ]] && ((BASH_REMATCH[1] >= 20)); }

# What is missing, a line each: what | Debian packages | Fedora packages | macOS
missing_requirements() {
  has cc || echo 'a C compiler|gcc libc6-dev|gcc|xcode-select --install'
  has curl || echo 'curl|curl ca-certificates|curl|brew install curl'
  if [[ -z ${DATABASE_URL:-} ]]; then
    postgres_bin >/dev/null || echo 'the PostgreSQL server|postgresql|postgresql-server|brew install postgresql@17'
  fi
  has psql || echo 'psql|postgresql-client|postgresql|brew install postgresql@17'
  if [[ -z ${REDIS_URL:-} ]]; then
    redis_program >/dev/null || echo 'the Redis server|redis-server|redis|brew install redis'
  fi
  if [[ $1 == all ]]; then
    chromium_program >/dev/null || echo 'Chromium|chromium|chromium|brew install --cask chromium'
    has brotli || echo 'brotli|brotli|brotli|brew install brotli'
  fi
}

# require_packages all|run
require_packages() {
  has cargo || die 'Rust is missing: install rustup (https://rustup.rs), then: rustup default stable'
  node_20 || die 'Node 20 or later with npm is missing: https://nodejs.org, or your package manager (nodejs, npm).'
  local missing packages=() names
  missing=$(missing_requirements "$1")
  if [[ -z $missing ]]; then
    step 'packages: there'
    return
  fi
  while IFS='|' read -r _ names _; do
    # shellcheck disable=SC2206 # one entry may name several packages
    packages+=($names)
  done <<<"$missing"
  if has apt-get && { is_root || has sudo; }; then
    step "packages: installing ${packages[*]}"
    apt_install "${packages[@]}" || explain_missing "$1"
    missing=$(missing_requirements "$1")
  fi
  [[ -z $missing ]] || explain_missing "$1"
}

as_root() { if is_root; then "$@"; else sudo "$@"; fi; }

# Debian starts a service as soon as it is installed, unless this file says no: the machine is to get the
# programs, not servers on the usual ports.
apt_install() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
    at_exit "as_root rm -f $policy"
  fi
  quietly as_root apt-get update -qq &&
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" || status=$?
  return "$status"
}

explain_missing() {
  local what debian fedora mac
  {
    printf '\nThis machine lacks what SkyConnect needs, and it cannot be installed from here.\n'
    while IFS='|' read -r what debian fedora mac; do
      printf '\n  %s\n    Debian: apt-get install %s\n    Fedora: dnf install %s\n    macOS:  %s\n' \
        "$what" "$debian" "$fedora" "$mac"
    done < <(missing_requirements "$1")
    printf '\nWith DATABASE_URL and REDIS_URL set, servers elsewhere are used and none is needed here.\n'
  } >&2
  exit 1
}
