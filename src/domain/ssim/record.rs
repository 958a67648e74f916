use super::{
    fault::Fault,
    field,
    layout::{LENGTH, Positions, SERIAL},
};

/// A line of the right length, of one byte a character.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub line: usize,
    text: &'a str,
}

/// A field is at fault, and the fault has been noted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted;

impl<'a> Record<'a> {
    pub fn parse(line: usize, text: &'a str) -> Result<Self, Fault> {
        let fault = |column, message| Err(Fault { line, column, message });
        if let Some(at) = text.chars().position(|c| !matches!(c, ' '..='~')) {
            return fault(at + 1, "only plain letters, digits and signs (ASCII) are allowed".to_owned());
        }
        match text.len() {
            LENGTH => Ok(Self { line, text }),
            n => fault(n.min(LENGTH) + 1, format!("a record has {LENGTH} bytes, this one has {n}")),
        }
    }

    /// `1` to `5`, if the record is one of a schedule file.
    pub fn kind(&self) -> char {
        self.text.chars().next().unwrap_or_default()
    }

    /// The bytes at those positions.
    pub fn at(&self, (first, last): Positions) -> &'a str {
        &self.text[first - 1..last]
    }

    /// The bytes at those positions without blanks around them.
    pub fn trimmed(&self, positions: Positions) -> &'a str {
        self.at(positions).trim()
    }

    pub fn fault(&self, (column, _): Positions, message: impl Into<String>) -> Fault {
        Fault { line: self.line, column, message: message.into() }
    }

    /// Reads a field; where that fails, notes the fault. `expected` completes "should be …".
    pub fn read<T>(
        &self,
        positions: Positions,
        expected: &str,
        faults: &mut Vec<Fault>,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Option<T> {
        let found = self.at(positions);
        let value = parse(found);
        if value.is_none() {
            faults.push(self.fault(positions, format!("{found:?} should be {expected}")));
        }
        value
    }

    /// As [`Self::read`], where blanks mean that nothing is filed.
    pub fn read_optional<T>(
        &self,
        positions: Positions,
        expected: &str,
        faults: &mut Vec<Fault>,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        if self.trimmed(positions).is_empty() {
            return Ok(None);
        }
        self.read(positions, expected, faults, parse).map(Some).ok_or(Noted)
    }

    pub fn serial(&self, faults: &mut Vec<Fault>) -> Option<u32> {
        self.read(SERIAL, "a serial number of six digits", faults, field::serial)
    }
}
