# shellcheck shell=bash
# The standard library for wasm32-unknown-unknown, where rustup would put it.

WASM=wasm32-unknown-unknown

require_wasm_target() {
  local sysroot
  sysroot=$(rustc --print sysroot)
  if compgen -G "$sysroot/lib/rustlib/$WASM/lib/libstd-*.rlib" >/dev/null; then
    step 'wasm target: there'
    return
  fi
  step 'wasm target: rustup target add'
  if has rustup && within 60 rustup target add "$WASM" >/dev/null 2>&1; then return; fi
  step "wasm target: rustup's server does not answer"
  build_wasm_std "$sysroot"
}

# Built from source once, it is found by every tool without a flag, and on stable.
build_wasm_std() {
  local sysroot=$1 version work
  rm -rf "$sysroot/lib/rustlib/$WASM.new" "${sysroot:?}/lib/rustlib/$WASM"
  version=$(rustc --version | cut -d' ' -f2)
  if [[ ! -d $sysroot/lib/rustlib/src/rust/library ]]; then
    rust_sources_from_debian "$version"
    mkdir -p "$sysroot/lib/rustlib/src/rust"
    ln -sfn "$TOOLS/rust-src-$version/usr/src/rustc-$version/library" "$sysroot/lib/rustlib/src/rust/library"
  fi
  step 'wasm target: building the standard library (1 minute)'
  work=$(mktemp -d)
  mkdir "$work/src"
  : >"$work/src/lib.rs"
  printf '[package]\nname = "empty"\nedition = "2024"\n[workspace]\n' >"$work/Cargo.toml"
  # Without embedded bitcode, link-time optimisation of the app would fail later.
  (cd "$work" && CARGO_TARGET_DIR=$work/target RUSTC_BOOTSTRAP=1 RUSTFLAGS='-C embed-bitcode=yes' \
    quietly cargo build --release -Z build-std=std,panic_abort,proc_macro,test --target "$WASM")
  mkdir "$work/$WASM" "$work/$WASM/lib"
  find "$work/target/$WASM/release/deps" -name '*.rlib' ! -name 'libempty*' -exec cp {} "$work/$WASM/lib/" \;
  cp -r "$work/$WASM" "$sysroot/lib/rustlib/$WASM.new"
  mv "$sysroot/lib/rustlib/$WASM.new" "$sysroot/lib/rustlib/$WASM"
  rm -rf "$work"
}

# Debian's rust-src of exactly this version, through an apt configuration of its own: the machine's is not touched.
rust_sources_from_debian() {
  local version=$1 apt=$TOOLS/apt mirror package
  [[ -d $TOOLS/rust-src-$version ]] && return
  has apt-get || die "The wasm target is missing. Where rustup can reach its server: rustup target add $WASM"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/state"
  : >"$apt/status"
  # shellcheck disable=SC2016 # apt-get fills that in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n 1)
  printf "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror %s main\n" trixie-backports sid >"$apt/sources.list"
  local options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State=$apt/state"
    -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
    -o APT::Sandbox::User=root -o Acquire::Languages=none)
  step "wasm target: looking for rust-src $version in Debian"
  quietly apt-get "${options[@]}" update
  package=$(apt-cache "${options[@]}" madison rust-src | awk -v v="$version" 'index($3, v) == 1 { print $3; exit }')
  [[ -n $package ]] || die "Debian no longer has rust-src $version. Where rustup can reach its server: rustup target add $WASM"
  (cd "$apt" && quietly apt-get "${options[@]}" download "rust-src=$package")
  rm -rf "$apt/unpacked"
  dpkg-deb -x "$apt"/rust-src_*.deb "$apt/unpacked"
  mv "$apt/unpacked" "$TOOLS/rust-src-$version"
  rm -rf "$apt"
}
