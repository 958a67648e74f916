# shellcheck shell=bash
# The release build: program, browser code and Stripe sandbox, made again only when something changed.

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

release_build() {
  local stamp=$TARGET/release/skyconnect.stamp fingerprint
  fingerprint=$(build_fingerprint)
  if [[ -x $PROGRAM && -x $SANDBOX && -x $TARGET/release/drill && -d $SITE/pkg && -s $stamp && $(<"$stamp") == "$fingerprint" ]]; then
    step 'build: nothing changed'
    return
  fi
  step 'build: release, through cargo-leptos (15 minutes the first time)'
  mkdir -p "$TARGET/release"
  rm -f "$stamp"
  # The queries are checked against .sqlx/. Sandbox and drill ride along with the server: they share their libraries.
  (cd "$ROOT" && SQLX_OFFLINE=true LEPTOS_SITE_ROOT=$SITE cargo leptos build --release --precompress --cargo-locked \
    --bin-cargo-args=--package=stripe-sandbox --bin-cargo-args=--bin=stripe-sandbox \
    --bin-cargo-args=--package=drill --bin-cargo-args=--bin=drill)
  echo "$fingerprint" >"$stamp"
}
