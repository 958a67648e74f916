# shellcheck shell=bash
# The release build: program, browser code and Stripe sandbox, made again only when something changed.

# shellcheck disable=SC2034 # for the commands that read this file
PROGRAM=$TARGET/release/skyconnect
SANDBOX=$TARGET/release/stripe-sandbox
SITE=$TARGET/site

# Everything that a build reads. Contents count, not times: a switch of branches and back builds nothing.
build_fingerprint() {
  (
    cd "$ROOT" || exit
    rustc --version
    echo "$ROOT $CARGO_LEPTOS $WASM_BINDGEN $BINARYEN ${RUSTFLAGS:-}"
    # shellcheck disable=SC2046 # our own file names have no spaces
    sha256 $(find Cargo.toml Cargo.lock .cargo .sqlx src style public migrations data -type f | LC_ALL=C sort)
  ) | sha256
}

# release_build COMPANION…: also these programs, such as stripe-sandbox or drill. They ride along with the server: they
# share its libraries.
release_build() {
  local fingerprint name programs=(skyconnect "$@") companions=() is_fresh=yes
  fingerprint=$(build_fingerprint)
  for name in "${programs[@]}"; do
    [[ -x $TARGET/release/$name && $(cat "$TARGET/release/$name.stamp" 2>/dev/null) == "$fingerprint" ]] || is_fresh=no
  done
  if [[ $is_fresh == yes && -d $SITE/pkg ]]; then
    step 'build: nothing changed'
    return
  fi
  step 'build: release, through cargo-leptos (15 minutes the first time)'
  mkdir -p "$TARGET/release"
  for name in "${programs[@]}"; do rm -f "$TARGET/release/$name.stamp"; done
  for name in "$@"; do companions+=(--bin-cargo-args="--package=$name" --bin-cargo-args="--bin=$name"); done
  # The queries are checked against .sqlx/.
  (cd "$ROOT" && SQLX_OFFLINE=true LEPTOS_SITE_ROOT=$SITE cargo leptos build --release --precompress --cargo-locked "${companions[@]}")
  for name in "${programs[@]}"; do echo "$fingerprint" >"$TARGET/release/$name.stamp"; done
}
