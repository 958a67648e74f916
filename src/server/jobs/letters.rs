use crate::{
    mail::{self, MailError},
    postgres::{Errand, Letter, StoreError},
    site::Site,
    steps,
};

/// A letter that is refused so often will not leave by itself; the booking's other letters do not wait for it.
const PARK_AFTER: i16 = 4;

/// Writes and sends a letter, at least once: what is cut off before it is written down leaves again, under the same
/// Message-ID.
pub(super) async fn send(site: &Site, errand: &Errand, letter: Letter) -> Result<(), StoreError> {
    steps::reached("mail.leased");
    let Some(mail) = &site.mail else {
        return site.postgres.put_off(errand, "mail is not set up", None).await;
    };
    let (booking, note) = (
        site.postgres.letter_record(errand.booking).await?,
        site.postgres.letter_note(errand, letter).await?,
    );
    let (Some(booking), Some(note)) = (booking, note) else {
        return site.postgres.park(errand, "there is nothing to tell").await;
    };
    let Some(to) = &booking.email else {
        return site.postgres.park(errand, "there is no address").await;
    };
    let sheet = mail::write(&note, &booking, site.timetable.airports(), &site.public_url);
    match mail.send(&name(errand), to, &sheet).await {
        Ok(()) => {
            steps::reached("mail.sent");
            site.postgres.errand_done(errand).await?;
            steps::reached("mail.recorded");
            Ok(())
        }
        Err(error) => {
            let why = error.to_string();
            tracing::warn!(booking = %errand.booking, step = errand.step.as_str(), attempt = errand.attempt, why, "put off");
            if matches!(error, MailError::Refused(_)) && errand.attempt >= PARK_AFTER {
                return site.postgres.park(errand, &why).await;
            }
            site.postgres.put_off(errand, &why, None).await
        }
    }
}

/// The letter's own name: the same each time it is sent, and no other letter's.
fn name(errand: &Errand) -> String {
    format!("{}.{}.{}", errand.step.as_str(), errand.id, errand.booking)
}
