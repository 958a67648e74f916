# shellcheck shell=bash
# The build tools, each in a folder of its name and version, so that several checkouts share them.

CARGO_LEPTOS=0.3.10 # the last one that rustc 1.95 builds
BINARYEN=132.0.0
# wasm-bindgen's two halves must be of the very same version.
WASM_BINDGEN=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' "$ROOT/Cargo.lock")

# cargo-leptos looks here for its helpers before it would download them.
PATH=$TOOLS/cargo-leptos-$CARGO_LEPTOS/bin:$TOOLS/wasm-bindgen-cli-$WASM_BINDGEN/bin:$TOOLS/binaryen-$BINARYEN/node_modules/.bin:$PATH
export PATH

require_tools() {
  mkdir -p "$TOOLS"
  lock "$TOOLS/lock"
  # Unoptimised, cargo-leptos is built in half the time and does the same.
  CARGO_PROFILE_DEV_DEBUG=0 require_crate cargo-leptos "$CARGO_LEPTOS" '5 to 10 minutes' --locked --debug
  require_crate wasm-bindgen-cli "$WASM_BINDGEN" '2 minutes'
  require_binaryen
  unlock
}

# A folder gets its name when it is complete: what an interrupted run leaves behind counts for nothing.
require_crate() {
  local name=$1 version=$2 duration=$3 folder=$TOOLS/$1-$2
  shift 3
  if [[ -d $folder ]]; then
    step "$name $version: there"
    return
  fi
  step "$name $version: building ($duration)"
  rm -rf "$folder.new"
  CARGO_TARGET_DIR=$TOOLS/build quietly cargo install "$name@$version" --root "$folder.new" "$@"
  has strip && strip "$folder.new"/bin/*
  mv "$folder.new" "$folder"
  rm -rf "$TOOLS/build"
}

require_binaryen() {
  local folder=$TOOLS/binaryen-$BINARYEN
  if [[ -d $folder ]]; then
    step "wasm-opt $BINARYEN: there"
    return
  fi
  step "wasm-opt $BINARYEN: npm install"
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  quietly npm install --no-audit --no-fund --prefix "$folder.new" "binaryen@$BINARYEN"
  mv "$folder.new" "$folder"
}

require_end2end_packages() {
  if [[ $ROOT/end2end/node_modules/.package-lock.json -nt $ROOT/end2end/package-lock.json ]]; then
    step 'end2end packages: there'
    return
  fi
  step 'end2end packages: npm ci'
  quietly npm ci --no-audit --no-fund --prefix "$ROOT/end2end"
}
