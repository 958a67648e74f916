-- What is ordered at outside suppliers, written down before anything is asked there, so that whatever answer is lost,
-- and whoever dies while waiting for it, somebody finds out what became of it.
create table supplier_orders (
    -- Our name of the order: the key of each change that is asked for, and what it is found by at the supplier.
    id uuid not null,
    supplier text not null,
    state text not null default 'asked' constraint supplier_order_state_known
        check (state in ('asked', 'held', 'confirming', 'unknown', 'ticketed', 'refused', 'released')),
    -- What was offered; no personal data.
    offer jsonb not null,
    total_minor bigint not null constraint supplier_order_total_positive check (total_minor > 0),
    currency text not null,
    -- The supplier's own id of it, and what travellers give at the airline's counter.
    order_id text,
    locator text,
    -- Until then whoever asks is waited for; later anybody may find out.
    leased_until timestamptz not null,
    created_at timestamptz not null default sky_now(),
    constraint supplier_orders_key primary key (id),
    constraint supplier_order_once unique (supplier, order_id),
    constraint supplier_order_known_when_held
        check (state in ('asked', 'refused', 'released') or (order_id is not null and locator is not null))
);

create index supplier_orders_to_find_out on supplier_orders (leased_until)
    where state in ('asked', 'confirming', 'unknown');

create trigger supplier_order_moves before update of state on supplier_orders for each row
    when (
        old.state <> new.state
        and (old.state, new.state) not in (
            ('asked', 'held'), ('asked', 'refused'), ('asked', 'released'),
            ('held', 'confirming'), ('held', 'released'),
            ('confirming', 'ticketed'), ('confirming', 'refused'), ('confirming', 'unknown'),
            ('unknown', 'ticketed'), ('unknown', 'refused'),
            ('ticketed', 'released')
        )
    )
    execute function refuse_move('supplier_order_moves');
