//! The scoped style sheets keep apart.

use std::{collections::HashMap, fs, path::Path};

/// A sheet's class name is drawn from nothing but its number of non-blank characters, so two sheets of the same number
/// would style each other's elements. Any change of one of them, a comment even, mends it.
#[test]
fn no_two_sheets_share_a_class() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../style");
    let mut seen: HashMap<usize, String> = HashMap::new();
    for file in fs::read_dir(folder).expect("the folder of sheets") {
        let path = file.expect("a file of it").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name == "main.css" {
            continue;
        }
        let sheet = fs::read_to_string(&path).expect("a readable sheet");
        let count = sheet.chars().filter(|c| !c.is_whitespace()).count();
        if let Some(other) = seen.insert(count, name.clone()) {
            panic!("{name} and {other} both have {count} non-blank characters");
        }
    }
}
