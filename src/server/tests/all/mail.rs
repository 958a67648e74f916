use std::{fs, sync::Arc};

use server::postgres::Kind;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use server::{
    config::{MailSettings, MailWay, Secret},
    mail::{Mail, MailError, Sheet},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::Mutex,
};

use crate::{
    booked::{GOOD_CARD, booked, captured, run_errands},
    world::World,
};

/// All letters, as their readers see them.
fn letters(world: &World) -> Vec<String> {
    let files = fs::read_dir(&world.letters).unwrap().map(|entry| entry.unwrap().path());
    let mut letters: Vec<String> =
        files.map(|file| unquoted(&String::from_utf8(fs::read(file).unwrap()).unwrap())).collect();
    letters.sort();
    letters
}

/// Undoes quoted-printable, RFC 2045, section 6.7.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match hex {
            Some(decoded) if byte == b'=' => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn tickets_are_sent_with_reference_flights_seats_numbers_and_price(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = captured(&world, GOOD_CARD).await;
    let letters = letters(&world);
    let [letter] = letters.as_slice() else { panic!("{} letters", letters.len()) };
    let number: String =
        sqlx::query_scalar("select number from tickets").fetch_one(&world.pool).await.unwrap();
    let number = domain::ticket::TicketNumber::parse(&number).unwrap().grouped();
    for part in [
        "To: ada@example.com",
        &format!("Subject: Your tickets: {}", booked.pnr),
        "Q1 200",
        "Departs: 10:00, local time",
        "Arrives: 13:15, local time",
        "Seat Q1 200: 30A",
        "MÜLLER / ADA",
        &number,
        "Paid by: visa 4242",
        "text/plain",
        "text/html",
    ] {
        assert!(letter.to_lowercase().contains(&part.to_lowercase()), "{part} is missing in\n{letter}");
    }
    assert!(!letter.contains("<img"), "nothing is loaded from anywhere");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_letter_that_leaves_twice_has_the_same_message_id(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    run_errands(&world).await;
    let id = |letter: &str| letter.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
    let first = id(&letters(&world)[0]);
    // As if its worker had died between sending and writing that down.
    sqlx::query(
        "update outbox set state = 'queued', done_at = null, run_at = sky_now() where step = 'tickets'",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    run_errands(&world).await;
    assert_eq!(world.count("select attempts::bigint from outbox where step = 'tickets'").await, 2);
    assert_eq!(letters(&world).iter().map(|letter| id(letter)).collect::<Vec<_>>(), [first.as_str()]);
    assert!(first.contains(&booked.booking.to_string()) && first.ends_with("@sky.test>"), "{first}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_step_that_concerns_a_traveller_is_told(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    let refunded = captured(&world, GOOD_CARD).await;
    refunded.give_back(&world, 5_000).await;
    let cancelled = captured(&world, GOOD_CARD).await;
    // After the day on which everything comes back.
    world.pass(25 * 60).await;
    cancelled.cancel(&world).await;
    let unpaid = booked(&world, GOOD_CARD).await;
    world.sandbox.expire(&unpaid.intent).unwrap();
    run_errands(&world).await;
    world.pass(1).await;
    run_errands(&world).await;
    let letters = letters(&world).concat();
    assert!(letters.contains(&format!("Subject: Refunded: {}", refunded.pnr)), "{letters}");
    assert!(letters.contains("$50.00 is on its way"));
    assert!(letters.contains(&format!("Subject: Cancelled: {}", cancelled.pnr)));
    assert!(letters.contains("Kept by the fare's rules: ") && letters.contains("Comes back to you: "));
    assert!(letters.contains(&format!("Subject: Your payment failed: {}", unpaid.pnr)));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_letter_that_cannot_leave_is_parked_and_the_next_one_leaves(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let world = World::open(options).await;
    let booked = booked(&world, GOOD_CARD).await;
    sqlx::query("update holds set contact_email = 'nobody'").execute(&world.pool).await.unwrap();
    for _ in 0..6 {
        run_errands(&world).await;
        world.pass(1).await;
    }
    assert_eq!(
        world.count("select count(*) from outbox where step = 'tickets' and state = 'parked'").await,
        1
    );
    let case = world.postgres.open_cases().await.unwrap().pop().unwrap();
    assert_eq!((case.kind.as_str(), case.booking), ("parked", Some(booked.booking)));
    assert!(!case.detail.to_string().contains("nobody"), "no address in {}", case.detail);

    sqlx::query("update holds set contact_email = 'ada@example.com'").execute(&world.pool).await.unwrap();
    booked.give_back(&world, 5_000).await;
    run_errands(&world).await;
    assert_eq!(letters(&world).len(), 1, "the refund is told though the tickets are parked");

    let errand: i64 = case.reference.parse().unwrap();
    assert!(world.postgres.retry_errand(errand).await.unwrap());
    assert!(world.postgres.lease_errand(Kind::Money).await.unwrap().is_none());
    run_errands(&world).await;
    assert_eq!(letters(&world).len(), 2);
    assert!(world.postgres.open_cases().await.unwrap().is_empty());
}

/// A mail server that answers every recipient so, and keeps what it was sent. Gives where to reach it.
async fn mail_server(recipient: &'static str) -> (Mail, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let settings = MailSettings { way: MailWay::Smtp(Secret(url)), from: "Sky <tickets@sky.test>".into() };
    (Mail::new(&settings).unwrap(), take_letters(listener, recipient))
}

/// Answers every recipient so, and keeps what comes.
pub fn take_letters(listener: TcpListener, recipient: &'static str) -> Arc<Mutex<String>> {
    let kept = Arc::new(Mutex::new(String::new()));
    let keeping = kept.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (reader, mut writer) = socket.into_split();
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(b"220 test\r\n").await.unwrap();
            let mut in_letter = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.get(..4).unwrap_or_default() {
                    _ if in_letter && line != "." => {
                        keeping.lock().await.push_str(&(line + "\r\n"));
                        continue;
                    }
                    "RCPT" => recipient,
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    _ => "250 ok",
                };
                in_letter = answer.starts_with("354");
                if writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    });
    kept
}

#[tokio::test]
async fn a_mail_server_gets_the_letter_and_its_refusals_are_told_apart() {
    let sheet = Sheet::new("Hello").text("Grüezi, Ada");
    let (mail, kept) = mail_server("250 ok").await;
    mail.send("a-letter", "ada@example.com", &sheet).await.unwrap();
    let letter = unquoted(&kept.lock().await);
    for part in ["Message-ID: <a-letter@sky.test>", "Subject: Hello", "Grüezi, Ada", "<p>Grüezi, Ada</p>"] {
        assert!(letter.contains(part), "{part} is missing in\n{letter}");
    }
    let (mail, _) = mail_server("550 nobody here called ada@example.com").await;
    let refused = mail.send("a-letter", "ada@example.com", &sheet).await.unwrap_err();
    assert!(matches!(&refused, MailError::Refused(code) if code == "550"), "{refused}");
    for later in ["450 busy", "535 who are you"] {
        let (mail, _) = mail_server(later).await;
        let away = mail.send("a-letter", "ada@example.com", &sheet).await.unwrap_err();
        assert!(matches!(away, MailError::Away(_)), "{away}");
    }
}
