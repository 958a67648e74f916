use uuid::Uuid;

use super::StoreError;

/// Where money of a booking stands. On the debit side what it brings (`CaptureQueued`, `Captured`, `Balance`, `Receivable`), on
/// the credit side, with negative amounts, what it is owed for (`Tickets`, `Fees`) and what went back (`RefundQueued`,
/// `Refunded`, `PaidOtherwise`, `Disputed`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The value of valid coupons.
    Tickets,
    /// What was kept when coupons were given back.
    Fees,
    CaptureQueued,
    Captured,
    /// What it has from a partner's balance: what was paid, less what was given back.
    Balance,
    /// What a traveller owes after a capture failed for good, or after their bank took the money back.
    Receivable,
    RefundQueued,
    Refunded,
    /// Back by other means than the payment's card.
    PaidOtherwise,
    /// Taken back by the bank in a dispute.
    Disputed,
}

impl Account {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Fees => "fees",
            Self::CaptureQueued => "capture_queued",
            Self::Captured => "captured",
            Self::Balance => "balance",
            Self::Receivable => "receivable",
            Self::RefundQueued => "refund_queued",
            Self::Refunded => "refunded",
            Self::PaidOtherwise => "paid_otherwise",
            Self::Disputed => "disputed",
        }
    }
}

/// Writes the lines of one step with the transaction that takes it. They must add up to nothing (invariant 6); an
/// account's line stands once per step, so that a step written twice fails (`ledger_line_once`). A step that a booking
/// can take several times names what it is about, such as `refunded:re_1`. Lines of nothing are left out.
pub(super) async fn post(
    tx: &mut super::Tx,
    booking: Uuid,
    step: &str,
    lines: &[(Account, i64)],
    currency: &str,
) -> Result<(), StoreError> {
    if lines.iter().map(|(_, amount_minor)| amount_minor).sum::<i64>() != 0 {
        return Err(StoreError(sqlx::Error::Protocol(format!("the ledger lines of {step} do not add up"))));
    }
    let lines = || lines.iter().filter(|(_, amount_minor)| *amount_minor != 0);
    let accounts: Vec<String> = lines().map(|(account, _)| account.as_str().to_owned()).collect();
    let amounts: Vec<i64> = lines().map(|(_, amount_minor)| *amount_minor).collect();
    sqlx::query!(
        "insert into ledger (booking_id, step, account, amount_minor, currency)
        select $1, $2, account, amount_minor, $5 from unnest($3::text[], $4::bigint[]) as line (account, amount_minor)",
        booking,
        step,
        &accounts,
        &amounts,
        currency,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
