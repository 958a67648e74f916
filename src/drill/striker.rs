//! Makes the planned faults happen, one after the other.

use std::{io, sync::Arc, time::Duration};

use stripe_sandbox::{Faults, Struck};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    fault::Fault,
    ground::Ground,
    proxy::Proxy,
    schedule::{Schedule, Strike},
};

/// Cuts and failed calls that a strike plants.
const CUTS: u32 = 3;
/// How late webhooks are at most.
const LATE_MS: u64 = 3_000;
/// How long a strike waits for something to meet it.
const MEETS_WITHIN: Duration = Duration::from_secs(8);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Strikes as planned until sales close; a fault that has begun is ended first.
///
/// # Errors
/// Something of ours could not be stopped or started again: then nothing is proved.
pub async fn strike(ground: Arc<Ground>, schedule: Schedule) -> io::Result<()> {
    let began = Instant::now();
    let mut open = ground.open.subscribe();
    for strike in schedule {
        let closed = open.wait_for(|open| !*open);
        if timeout_at(began + strike.at, closed).await.is_ok() {
            return Ok(());
        }
        let struck = one(&ground, &strike).await?;
        if let Some(struck) = struck {
            ground.recovery.over(strike.fault, strike.server, struck, ground.world.clock.now());
        }
    }
    Ok(())
}

/// Makes one fault, lets it last, and ends it. Tells how often it met something; none where that was told already.
async fn one(ground: &Ground, strike: &Strike) -> io::Result<Option<u64>> {
    let world = &ground.world;
    let target = strike.server.unwrap_or_default();
    let lasting = strike.lasting;
    Ok(Some(match strike.fault {
        Fault::ServerKilled => {
            world.servers[target].kill().await?;
            sleep(lasting).await;
            world.servers[target].start(&[])?;
            ground.recovery.over(strike.fault, strike.server, 1, world.clock.now());
            world.servers[target].ready(&world.web).await?;
            return Ok(None);
        }
        Fault::PostgresStopped => {
            world.postgres.stop_immediately().await?;
            sleep(lasting).await;
            world.postgres.start().await?;
            1
        }
        Fault::PostgresFrozen => {
            world.postgres.freeze().await?;
            sleep(lasting).await;
            world.postgres.thaw().await?;
            1
        }
        Fault::PostgresSlow => {
            world.proxies[target].set_delay(Duration::from_millis(60));
            sleep(lasting).await;
            world.proxies[target].set_delay(Duration::ZERO);
            1
        }
        Fault::PostgresCutOff => {
            world.proxies[target].set_open(false);
            sleep(lasting).await;
            world.proxies[target].set_open(true);
            1
        }
        Fault::CommitCut => cut(&world.proxies[target], Proxy::cut_commits, lasting).await,
        Fault::StatementCut => cut(&world.proxies[target], Proxy::cut_statements, lasting).await,
        Fault::RedisFrozen => {
            world.redis.freeze().await?;
            sleep(lasting).await;
            world.redis.thaw().await?;
            1
        }
        Fault::RedisFlushed => {
            world.redis.flush().await?;
            1
        }
        Fault::StripeFails => stripe(ground, lasting, |f| &mut f.fail_before, |s| s.fail_before).await,
        Fault::StripeFailsAfterDoing => {
            stripe(ground, lasting, |f| &mut f.fail_after, |s| s.fail_after).await
        }
        Fault::StripeAnswerLost => stripe(ground, lasting, |f| &mut f.drop_answers, |s| s.drop_answers).await,
        Fault::StripeStalled => switch(ground, lasting, |f, on| f.stalled = on, |s| s.stalled).await,
        Fault::WebhooksTwice => {
            switch(ground, lasting, |f, on| f.webhooks_duplicated = on, |s| s.webhooks_duplicated).await
        }
        Fault::WebhooksLate => {
            let late = |f: &mut Faults, on| f.webhooks_late_ms = if on { LATE_MS } else { 0 };
            switch(ground, lasting, late, |s| s.webhooks_late).await
        }
        Fault::WebhooksShuffled => {
            let shuffled = |f: &mut Faults, on| {
                f.webhooks_shuffled = on;
                f.webhooks_late_ms = if on { LATE_MS } else { 0 };
            };
            switch(ground, lasting, shuffled, |s| s.webhooks_shuffled).await
        }
    }))
}

async fn cut(proxy: &Proxy, plant: impl Fn(&Proxy, u32), lasting: Duration) -> u64 {
    let before = proxy.cuts_done();
    plant(proxy, CUTS);
    sleep(lasting).await;
    until(|| proxy.cuts_done() > before).await;
    plant(proxy, 0);
    proxy.cuts_done() - before
}

/// Plants a few failing calls, and takes back those that nothing met.
async fn stripe(
    ground: &Ground,
    lasting: Duration,
    field: impl Fn(&mut Faults) -> &mut u32,
    struck: impl Fn(&Struck) -> u64,
) -> u64 {
    switch(ground, lasting, |faults, on| *field(faults) = if on { CUTS } else { 0 }, struck).await
}

/// Switches a fault on, waits until it has met something and its time is over, and switches it off.
async fn switch(
    ground: &Ground,
    lasting: Duration,
    set: impl Fn(&mut Faults, bool),
    struck: impl Fn(&Struck) -> u64,
) -> u64 {
    let stripe = &ground.world.stripe;
    let before = struck(&stripe.struck());
    stripe.plant(|faults| set(faults, true));
    sleep(lasting).await;
    until(|| struck(&stripe.struck()) > before).await;
    stripe.plant(|faults| set(faults, false));
    struck(&stripe.struck()) - before
}

async fn until(met: impl Fn() -> bool) {
    let end = Instant::now() + MEETS_WITHIN;
    while !met() && Instant::now() < end {
        sleep(LOOK_AGAIN).await;
    }
}
