//! Ceilings: what Postgres does when nothing stands before it but `pgbench`, prepared, 16 clients.

use std::{env, fs, time::Duration};

use tokio::process::Command;

use crate::Fault;

const CLIENTS: u32 = 16;
/// Seats that each client goes round; each has its own, so that every update finds the version it expects.
const SEATS_EACH: u32 = 40;

/// A table of seats as bare as can be, and holds for the whole pick.
const SETUP: &str = "
drop table if exists ceiling_seats;
create table ceiling_seats (
    departure text collate \"C\", seat text collate \"C\", state text not null, version integer not null,
    primary key (departure, seat)
) with (fillfactor = 50);
insert into ceiling_seats
select 'C' || d, c || 'S' || s, 'available', 0
from generate_series(0, 15) c, generate_series(0, 39) s, generate_series(0, 299) d
where d = 299 or d % 16 = c;
insert into visitors (id, places) select ('00000000-0000-4000-8000-' || lpad(c::text, 12, '0'))::uuid, 1
from generate_series(0, 15) c on conflict do nothing;
insert into holds (id, visitor, expires_at, places, offer, quote, total_minor, currency, offer_digest)
select v.id, v.id, now() + interval '1 day', 1, h.offer, h.quote, 1, 'USD', 'ceiling'
from visitors v, (select offer, quote from holds limit 1) h where v.id::text like '00000000-0000-4000-8000-%'
on conflict do nothing;
delete from seats where departure like 'C%';
insert into seats (departure, seat, state, version)
select departure, seat, 'available', 1 from ceiling_seats;
";

/// A: one row, compared and set.
fn compare_and_set(departure: &str) -> String {
    format!(
        "\\set i (:i + 1) % {SEATS_EACH}\n\\set r case when :i = 0 then :r + 1 else :r end\n\\set d {departure}\n\
        update ceiling_seats set version = version + 1, state = 'held'
        where departure = 'C' || :d and seat = :client_id || 'S' || :i and version = :r;\n"
    )
}

/// B: the whole pick of one traveller, who moves to the next seat, as one statement.
fn whole_pick(departure: &str) -> String {
    format!(
        "\\set j :i\n\\set i (:i + 1) % {SEATS_EACH}\n\\set r case when :i = 0 then :r + 2 else :r end\n\\set d {departure}\n\
        select * from pick_seats(
            array[('00000000-0000-4000-8000-' || lpad(:client_id::text, 12, '0'))::uuid],
            array[('00000000-0000-4000-8000-' || lpad(:client_id::text, 12, '0'))::uuid],
            array['C' || :d], array[0::smallint], array[:client_id || 'S' || :i], array[:r::integer],
            array[case when :j >= 0 then :client_id || 'S' || :j end]);\n"
    )
}

#[derive(Clone, Copy, Debug)]
pub struct Ceilings {
    pub a_spread: f64,
    pub a_hot: f64,
    pub b_spread: f64,
    pub b_hot: f64,
}

pub async fn ceilings(span: Duration) -> Result<Ceilings, Fault> {
    let spread = format!(":client_id + 16 * (:i % {})", 18);
    let measure = async |script: String, first: i32| {
        sql(SETUP).await?;
        sql("vacuum analyze ceiling_seats, seats").await?;
        pgbench(&script, first, span).await
    };
    Ok(Ceilings {
        a_spread: measure(compare_and_set(&spread), -1).await?,
        a_hot: measure(compare_and_set("299"), -1).await?,
        // On its own departure: one hold's traveller has one seat there.
        b_spread: measure(whole_pick(":client_id"), -1).await?,
        b_hot: measure(whole_pick("299"), -1).await?,
    })
}

/// Transactions a second that changed what they were for.
async fn pgbench(script: &str, first_version: i32, span: Duration) -> Result<f64, Fault> {
    let file = env::temp_dir().join(format!("skyconnect-bench-{}.sql", std::process::id()));
    fs::write(&file, script)?;
    let done = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--define=i=-1"])
        .arg(format!("--define=r={first_version}"))
        .arg(format!("--client={CLIENTS}"))
        .arg(format!("--time={}", span.as_secs()))
        .arg("--file")
        .arg(&file)
        .arg(env::var("DATABASE_URL")?)
        .output()
        .await?;
    fs::remove_file(&file)?;
    let text = String::from_utf8_lossy(&done.stdout);
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    tps.ok_or_else(|| format!("pgbench: {}", String::from_utf8_lossy(&done.stderr)).into())
}

pub async fn sql(text: &str) -> Result<(), Fault> {
    let done = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--output",
            "/dev/null",
            "--command",
            text,
        ])
        .arg(env::var("DATABASE_URL")?)
        .output()
        .await?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into()) }
}
