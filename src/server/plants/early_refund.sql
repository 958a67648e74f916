-- A refund that overtakes the capture before it: in its lane it comes first, and the capture takes its time.
create or replace function overtake() returns trigger language plpgsql as $$
begin
    if new.step = 'refund' then
        new.id := -new.id;
    else
        new.run_at := new.run_at + interval '3 seconds';
    end if;
    return new;
end $$;
drop trigger if exists refund_overtakes on outbox;
create trigger refund_overtakes before insert on outbox for each row when (new.step in ('capture', 'refund'))
execute function overtake();
