//! Names as people type them: without case, accents and punctuation.

/// Lower-case words apart by single blanks: `São Paulo` and `SAO-PAULO` are one, `St. John's` is `st johns`.
pub fn fold(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match unaccented(c) {
            Some(letters) => plain.push_str(letters),
            // Lower-casing a capital İ leaves its dot behind as a combining mark.
            None if matches!(c, '\'' | '’' | '.' | '\u{300}'..='\u{36f}') => {}
            None if c.is_alphanumeric() => plain.push(c),
            None => plain.push(' '),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The plain letters for an accented one of the Latin alphabets of Europe, Turkey and Vietnam's common names.
fn unaccented(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ' | 'ả' | 'ấ' | 'ầ' | 'ắ' | 'ằ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ế' | 'ề' | 'ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ồ' | 'ố' | 'ộ' | 'ọ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// How many letters to insert, drop or replace to make one word of the other (Levenshtein 1966).
pub fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{edits, fold};

    #[test]
    fn accents_case_and_punctuation_do_not_tell_names_apart() {
        assert_eq!(fold("  São-Paulo "), "sao paulo");
        assert_eq!(fold("St. John's"), "st johns");
        assert_eq!(fold("İstanbul"), "istanbul");
        assert_eq!(fold("Düsseldorf"), fold("DUSSELDORF"));
    }

    #[test]
    fn a_typing_slip_is_one_or_two_edits() {
        assert_eq!(edits("boston", "boston"), 0);
        assert_eq!(edits("bostn", "boston"), 1);
        assert_eq!(edits("botson", "boston"), 2);
        assert_eq!(edits("", "abc"), 3);
    }
}
