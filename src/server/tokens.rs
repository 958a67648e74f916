//! `skyconnect token …`: who may book by the partner API, and with how much.

use domain::money::{Currency, Money};
use server::postgres::Postgres;
use uuid::Uuid;

pub async fn command(postgres: &Postgres, words: &[&str]) -> Result<(), String> {
    match words {
        ["make", name] => make(postgres, name).await,
        ["list"] => list(postgres).await,
        ["grant", id, amount, currency] => grant(postgres, id, amount, currency).await,
        ["limit", id, amount, currency] => limit(postgres, id, amount, currency).await,
        ["rate", id, requests] => rate(postgres, id, requests).await,
        ["revoke", id] => revoke(postgres, id).await,
        _ => Err(format!("token {} is no command; see `skyconnect help`", words.join(" "))),
    }
}

async fn make(postgres: &Postgres, name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("say whose program it is".into());
    }
    // Two random UUIDs have 244 random bits.
    let secret = format!("sky_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let id = postgres.keep_token(name, &secret).await.map_err(text)?;
    println!(
        "token {id} of {name}\n{secret}\nIt is shown this once. Its balances are empty: see `token grant`."
    );
    Ok(())
}

async fn list(postgres: &Postgres) -> Result<(), String> {
    let tokens = postgres.tokens().await.map_err(text)?;
    for token in &tokens {
        let state = if token.is_revoked { " (revoked)" } else { "" };
        println!("token {} of {}{state}", token.id, token.name);
        for (currency, balance_minor, limit_minor) in &token.balances {
            let (balance, limit) =
                (Money::new(*balance_minor, *currency), Money::new(*limit_minor, *currency));
            println!("  {} {balance}, down to -{limit}", currency.code());
        }
    }
    println!("{} tokens", tokens.len());
    Ok(())
}

async fn grant(postgres: &Postgres, id: &str, amount: &str, currency: &str) -> Result<(), String> {
    let (unsigned, sign) = amount.strip_prefix('-').map_or((amount, 1), |rest| (rest, -1));
    let amount = money(unsigned, currency)?;
    let amount = Money::new(sign * amount.minor, amount.currency);
    if postgres.grant(token(id)?, amount).await.map_err(text)? {
        println!("token {id}: {amount} granted");
        return Ok(());
    }
    Err(format!("there is no token {id}, or its balance would fall below its limit"))
}

async fn limit(postgres: &Postgres, id: &str, amount: &str, currency: &str) -> Result<(), String> {
    let limit = money(amount, currency)?;
    if postgres.set_balance_limit(token(id)?, limit).await.map_err(text)? {
        println!("token {id}: its balance may go down to -{limit}");
        return Ok(());
    }
    Err(format!("there is no token {id}, or its balance is below that already"))
}

async fn rate(postgres: &Postgres, id: &str, requests: &str) -> Result<(), String> {
    let wanted = requests.parse().ok().filter(|n| (1..=1_000_000).contains(n));
    let wanted: u32 = wanted.ok_or_else(|| format!("{requests} is no number from 1 to 1000000"))?;
    if postgres.set_token_rate(token(id)?, wanted).await.map_err(text)? {
        println!("token {id}: {wanted} requests a minute");
        return Ok(());
    }
    Err(format!("there is no token {id}"))
}

async fn revoke(postgres: &Postgres, id: &str) -> Result<(), String> {
    if postgres.revoke_token(token(id)?).await.map_err(text)? {
        println!("token {id} is revoked");
        return Ok(());
    }
    Err(format!("no token {id} is valid"))
}

fn token(id: &str) -> Result<Uuid, String> {
    id.parse().map_err(|_| format!("{id} is no token's id; see `token list`"))
}

fn money(amount: &str, currency: &str) -> Result<Money, String> {
    let currency =
        Currency::parse(currency).ok_or_else(|| format!("{currency} is no currency that is sold in here"))?;
    Money::from_decimal(amount, currency).ok_or_else(|| format!("{amount} is no amount such as 1000.00"))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
