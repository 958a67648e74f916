//! Collects the components' scoped style sheets into one file that the shell embeds.
use std::{env, path::PathBuf};

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("components.css");
    // `style_sheet!` reads paths from the workspace root; so must the collector.
    env::set_current_dir("../..").expect("the workspace root");
    stylers::build(Some(out.to_string_lossy().into_owned()));
    println!("cargo:rerun-if-changed=.");
    println!("cargo:rerun-if-changed=../../style");
}
