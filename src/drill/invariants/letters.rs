use std::{collections::HashSet, io, path::Path};

use sqlx::{PgPool, Row as _};

use super::{AuditError, Broken};
use crate::ground::Ground;

/// Compares the letters that were written down as sent with those that left.
pub(super) async fn compare(ground: &Ground, pool: &PgPool) -> Result<Vec<Broken>, AuditError> {
    let rows = sqlx::query(
        "select format('%s.%s.%s.eml', step, id, booking_id), booking_id::text
        from outbox where kind = 'mail' and state = 'done'",
    );
    let sent = sent(&ground.world.folder.mail())?;
    let mut missing = Vec::new();
    for row in rows.fetch_all(pool).await? {
        let (letter, booking): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if !sent.contains(&letter) {
            missing.push(format!("booking {booking}: {letter}"));
        }
    }
    Ok(Broken::new("invariant 7: every letter that is done has left", missing).into_iter().collect())
}

/// The letters in a folder by the names of their files; an empty one is none.
fn sent(folder: &Path) -> io::Result<HashSet<String>> {
    let mut sent = HashSet::new();
    for file in std::fs::read_dir(folder)? {
        let file = file?;
        if file.metadata()?.len() > 0 {
            sent.insert(file.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::sent;

    #[test]
    fn half_a_letter_and_an_empty_one_have_not_left() {
        let folder = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        std::fs::create_dir(&folder).unwrap();
        for (name, text) in [("tickets.1.b.eml", "Dear"), ("tickets.2.b.eml", ""), (".tickets.3.b.new", "De")]
        {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let sent = sent(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let left = |letter: u8| sent.contains(&format!("tickets.{letter}.b.eml"));
        assert_eq!([left(1), left(2), left(3)], [true, false, false]);
    }
}
