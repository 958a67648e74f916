use std::sync::Arc;

use tokio::time::interval;

use super::{checker::BEAT, heart::STEPS, hub::Hub};

/// Tells the viewers of every departure its digest once in a beat, each departure at a step of its own: all at once they
/// would keep everybody's changes waiting.
pub(super) async fn run(hub: Arc<Hub>) {
    let mut ticks = interval(BEAT / u32::from(STEPS));
    for step in (0..STEPS).cycle() {
        ticks.tick().await;
        hub.beat(step);
    }
}
