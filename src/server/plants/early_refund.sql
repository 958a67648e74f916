-- A refund that overtakes the capture before it: in its lane it comes first.
create or replace function overtake() returns trigger language plpgsql as $$
begin
    new.id := -new.id;
    return new;
end $$;
drop trigger if exists refund_overtakes on outbox;
create trigger refund_overtakes before insert on outbox for each row when (new.step = 'refund')
execute function overtake();
