use domain::refund::DisputeState;
use payments::{Dispute, DisputeStatus};
use serde_json::json;
use uuid::Uuid;

use super::{
    Postgres, StoreError,
    cases::{self, CaseKind},
    ledger::{self, Account},
    money::lock_booking,
};

impl Postgres {
    /// Writes down a dispute as Stripe has it now: while the bank has the money it is receivable again, won it is ours
    /// as before, lost it stays gone. A status that is new to us is taken for an open one. Each change is a case to look
    /// at; what is known already changes nothing.
    pub async fn dispute_seen(&self, booking: Uuid, dispute: &Dispute) -> Result<(), StoreError> {
        let (taken, given_back) = (format!("disputed:{}", dispute.id), format!("dispute_won:{}", dispute.id));
        let status = match &dispute.status {
            DisputeStatus::Other(word) => format!("unknown to us: {word}"),
            known => format!("{known:?}").to_lowercase(),
        };
        let currency = dispute.currency.to_uppercase();
        let mut tx = self.pool.begin().await?;
        lock_booking(&mut tx, booking).await?;
        let steps = sqlx::query_scalar!(
            "select distinct step from ledger where booking_id = $1 and step in ($2, $3)",
            booking,
            taken,
            given_back,
        )
        .fetch_all(&mut *tx)
        .await?;
        let (is_taken, is_given_back) = (steps.contains(&taken), steps.contains(&given_back));
        if dispute.status.holds_money() || is_taken {
            keep(&mut tx, booking, dispute, &currency).await?;
        }
        if dispute.status.holds_money() && !is_taken {
            let lines =
                [(Account::Disputed, -dispute.amount_minor), (Account::Receivable, dispute.amount_minor)];
            ledger::post(&mut tx, booking, &taken, &lines, &currency).await?;
        }
        if !dispute.status.holds_money() && is_taken && !is_given_back {
            let lines =
                [(Account::Disputed, dispute.amount_minor), (Account::Receivable, -dispute.amount_minor)];
            ledger::post(&mut tx, booking, &given_back, &lines, &currency).await?;
        }
        let detail = json!({
            "intent": dispute.intent_id, "amount_minor": dispute.amount_minor, "currency": currency,
            "status": status, "reason": dispute.reason,
        });
        if cases::tell(&mut tx, Some(booking), CaseKind::Dispute, &dispute.id, &detail).await? {
            tracing::error!(%booking, dispute = dispute.id, status, "a payment is disputed");
        }
        tx.commit().await?;
        Ok(())
    }

    /// Disputes whose bank has not decided yet, by Stripe's ids.
    pub async fn open_disputes(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar!("select id from disputes where state = 'open'").fetch_all(&self.pool).await?)
    }
}

/// How a dispute that has taken money stands: what the bank has decided stays so, whatever is told late.
async fn keep(
    tx: &mut super::Tx,
    booking: Uuid,
    dispute: &Dispute,
    currency: &str,
) -> Result<(), StoreError> {
    let state = match &dispute.status {
        DisputeStatus::Lost => DisputeState::Lost,
        status if status.holds_money() => DisputeState::Open,
        _ => DisputeState::Won,
    };
    sqlx::query!(
        "insert into disputes as d (id, booking_id, state, amount_minor, currency, decided_at)
        values ($1, $2, $3, $4, $5, case when $3 <> 'open' then sky_now() end)
        on conflict (id) do update set state = excluded.state, decided_at = excluded.decided_at
            where d.state = 'open' and excluded.state <> 'open'",
        dispute.id,
        booking,
        state.as_str(),
        dispute.amount_minor,
        currency,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
