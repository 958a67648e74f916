//! What the best seats for a party cost on a cabin of 400: `cargo bench -p domain --bench seats`.
//!
//! Parties of one to nine, with children and infants and each wish, in cabins from empty to nearly full, each many times.
//! The last line: `seats: best available p50 A ms, p99 B ms, worst C ms of 400 seats`.

use std::{
    env,
    hint::black_box,
    time::{Duration, Instant},
};

use domain::{
    cabin::{BestSeats, Cabin, Configuration, Layout, SeatNumber, SeatRules, SeatWish, SeatedTraveller},
    schedule::AircraftCode,
    traveller::TravellerKind,
};

/// Of a hundred seats, so many are taken.
const TAKEN: [u64; 6] = [0, 25, 50, 75, 90, 97];
/// Different cabins of each fullness.
const CABINS: u64 = 20;
/// The shortest of so many runs counts: what else the machine does only ever adds.
const RUNS: usize = 5;

fn main() {
    // `cargo test` runs it without the word, to see that it is built.
    let is_bench = env::args().any(|word| word == "--bench");
    let layout = Layout::of(
        &AircraftCode::parse("77W").expect("a type"),
        &Configuration::parse("Y400").expect("a configuration"),
    );
    let (cabins, runs) = if is_bench { (CABINS, RUNS) } else { (1, 1) };
    let wishes = [None].into_iter().chain(SeatWish::ALL.map(Some));
    let asked: Vec<_> =
        wishes.flat_map(|wish| parties().into_iter().map(move |party| (wish, party))).collect();
    let mut all = Vec::new();
    for full in TAKEN {
        let mut times = Vec::new();
        for cabin in 0..cabins {
            let taken: Vec<SeatNumber> = layout
                .seats(Cabin::Economy)
                .map(|seat| seat.number)
                .filter(|seat| {
                    chance(cabin, u64::from(seat.row()) << 8 | u64::from(u32::from(seat.letter()))) % 100
                        < full
                })
                .collect();
            let is_taken = |seat: SeatNumber| taken.binary_search(&seat).is_ok();
            for (wish, party) in &asked {
                let rules = SeatRules::default();
                let best = BestSeats { layout: &layout, cabin: Cabin::Economy, rules: &rules, wish: *wish };
                times.push(shortest(runs, || best.of(is_taken, party)));
            }
        }
        times.sort_unstable();
        println!("{full:>3} % taken: {}", figures(&times));
        all.extend(times);
    }
    all.sort_unstable();
    println!("seats: best available {} of {} seats", figures(&all), layout.seats(Cabin::Economy).count());
}

fn parties() -> Vec<Vec<SeatedTraveller>> {
    let kinds = |adults: usize, parents: usize, children: usize| {
        let one = |kind, with_infant| SeatedTraveller { kind, with_infant };
        let adults = (0..adults).map(|i| one(TravellerKind::Adt, i < parents));
        adults.chain((0..children).map(|_| one(TravellerKind::Chd, false))).collect()
    };
    [
        (1, 0, 0),
        (2, 0, 0),
        (1, 1, 1),
        (2, 1, 1),
        (2, 0, 2),
        (2, 2, 2),
        (4, 0, 0),
        (3, 1, 3),
        (2, 0, 4),
        (9, 0, 0),
        (5, 2, 4),
    ]
    .map(|(adults, parents, children)| kinds(adults, parents, children))
    .into()
}

fn shortest<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    let times = (0..runs).map(|_| {
        let began = Instant::now();
        black_box(run());
        began.elapsed()
    });
    times.min().unwrap_or_default()
}

/// Of times in order.
fn figures(times: &[Duration]) -> String {
    let ms = |percent: usize| {
        let place = (times.len() * percent).div_ceil(100).clamp(1, times.len().max(1)) - 1;
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    format!("p50 {:.3} ms, p99 {:.3} ms, worst {:.3} ms", ms(50), ms(99), ms(100))
}

/// A number that looks like chance and follows from two others (Steele's `SplitMix`).
fn chance(seed: u64, n: u64) -> u64 {
    let mixed = (seed << 32 | n).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
