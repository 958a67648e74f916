//! Reads comma-separated values as RFC 4180 has them.

use std::{iter::Peekable, str::Chars};

/// The records of a file, each with the line it starts on; empty lines are passed over.
///
/// # Errors
/// The line on which a quoted field is not closed, or is followed by anything but a comma or the line's end, or on
/// which a quote stands inside a field that is not quoted.
pub fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let mut chars = text.chars().peekable();
    let mut records = Vec::new();
    let mut line = 1;
    while chars.peek().is_some() {
        let start = line;
        let mut fields = Vec::new();
        loop {
            fields.push(field(&mut chars, &mut line)?);
            match chars.next() {
                Some(',') => {}
                Some('\r') if chars.next_if_eq(&'\n').is_some() => break,
                Some('\n') | None => break,
                Some(_) => return Err(line),
            }
        }
        line += 1;
        if fields.iter().any(|f| !f.is_empty()) {
            records.push((start, fields));
        }
    }
    Ok(records)
}

fn field(chars: &mut Peekable<Chars<'_>>, line: &mut usize) -> Result<String, usize> {
    let mut value = String::new();
    if chars.next_if_eq(&'"').is_none() {
        while let Some(c) = chars.next_if(|c| !matches!(c, ',' | '\r' | '\n')) {
            if c == '"' {
                return Err(*line);
            }
            value.push(c);
        }
        return Ok(value);
    }
    let start = *line;
    loop {
        match chars.next().ok_or(start)? {
            '"' if chars.next_if_eq(&'"').is_some() => value.push('"'),
            '"' => return Ok(value),
            c => {
                *line += usize::from(c == '\n');
                value.push(c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::records;

    #[test]
    fn quotes_hold_commas_quotes_and_line_ends() {
        let read = records("a,\"b, \"\"c\"\"\"\r\n\n\"x\ny\",\nlast,1").unwrap();
        assert_eq!(
            read,
            [
                (1, vec!["a".to_owned(), "b, \"c\"".to_owned()]),
                (3, vec!["x\ny".to_owned(), String::new()]),
                (5, vec!["last".to_owned(), "1".to_owned()]),
            ]
        );
    }

    #[test]
    fn a_stray_quote_is_a_fault_of_its_line() {
        assert_eq!(records("a\nb\"c\n"), Err(2));
        assert_eq!(records("a\n\"b\nc"), Err(2));
        assert_eq!(records("a\n\"b\"c"), Err(2));
        assert_eq!(records("a\rb"), Err(1));
    }
}
