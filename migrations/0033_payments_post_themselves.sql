-- From here on a payment posts its transfer and names the receipt before it, whoever writes it. The table is held for the few
-- payments that were taken since the last file.
set local lock_timeout = '2s';
do $$
begin
    lock table payments in share row exclusive mode;
    perform post_payments();
    perform chain_receipts();
end
$$;
drop function post_payments;
drop function chain_receipts;
drop function find_receipt_hash;
drop function receipt_hash;

alter table payments
    drop constraint payments_kind_known,
    drop constraint payments_reversal_names_its_payment,
    drop constraint payments_reversed_once,
    add constraint payments_kind_known
        check (kind in ('subscription', 'renewal', 'freeze', 'other', 'refund', 'reversal')) not valid,
    add constraint payments_return_names_its_payment
        check ((kind in ('refund', 'reversal')) = (reverses_id is not null)) not valid,
    add constraint payments_returns_are_negative
        check ((kind in ('refund', 'reversal')) = (amount_minor < 0) and amount_minor <> 0) not valid,
    add constraint payments_are_chained check (previous_hash is not null and hash is not null) not valid;
comment on column payments.reverses_id is 'the payment that a refund gives back, in part or in full, or that a reversal undoes as a mistake';

create function payments_name_the_one_before() returns trigger
    language plpgsql set search_path = '' as $$
begin
    new.previous_hash := coalesce(
        (select p.hash from public.payments p where p.branch_id = new.branch_id and p.receipt_number = new.receipt_number - 1),
        '\x0000000000000000000000000000000000000000000000000000000000000000'
    );
    new.hash := sha256(convert_to(format(
        '%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s',
        encode(new.previous_hash, 'hex'), new.branch_id, new.receipt_number, new.kind, new.method, new.amount_minor,
        new.discount_minor, new.customer_id, new.subscription_id, new.reverses_id, new.taken_by,
        (extract(epoch from new.taken_at) * 1000000)::bigint, to_char(new.business_day, 'YYYY-MM-DD'), new.notes
    ), 'UTF8'));
    return new;
end
$$;
create trigger payments_are_chained before insert on payments for each row execute function payments_name_the_one_before();

create function payments_post() returns trigger
    language plpgsql security definer set search_path = '' as $$
declare
    posted bigint;
    undone bigint := 0;
begin
    insert into public.transfers
        (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
    select a.gym_id, a.branch_id, r.debit, r.credit, abs(a.amount_minor), a.business_day,
           case a.kind when 'refund' then 'refund' else 'payment' end, a.id, a.taken_at
    from added a
    join public.payment_postings r on r.kind = a.kind and r.method = a.method
    order by a.id;
    get diagnostics posted = row_count;
    if exists (select from added where reverses_id is not null) then
        insert into public.transfers
            (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, reverses_id, posted_at)
        select a.gym_id, a.branch_id, t.credit, t.debit, t.amount_minor, a.business_day, 'payment', a.id, t.id, a.taken_at
        from added a
        join public.transfers t on t.source_id = a.reverses_id and t.source = 'payment' and t.reverses_id is null
        where a.kind = 'reversal' and a.amount_minor = -t.amount_minor and a.branch_id = t.branch_id
        order by a.id;
        get diagnostics undone = row_count;
        if exists (
            select from added a
            where a.reverses_id is not null
              and not exists (
                  select from public.payments p where p.id = a.reverses_id and p.branch_id = a.branch_id
              )
        ) then
            raise exception 'money is given back by the branch that took it'
                using errcode = 'check_violation', constraint = 'payments_return_at_their_branch';
        end if;
        -- Payments that are given back, in the order of their ids, so that two who give back several never wait crosswise.
        insert into public.payment_returns as k (payment_id, paid_minor, returned_minor)
        select p.id, p.amount_minor, -sum(a.amount_minor)
        from added a
        join public.payments p on p.id = a.reverses_id and p.branch_id = a.branch_id
        group by p.id, p.amount_minor
        order by p.id
        on conflict (payment_id) do update set returned_minor = k.returned_minor + excluded.returned_minor;
    end if;
    if posted + undone <> (select count(*) from added) then
        raise exception 'a payment moves no account: a reversal undoes a whole payment of its branch, once'
            using errcode = 'check_violation', constraint = 'payments_are_posted';
    end if;
    return null;
end
$$;
create trigger payments_are_posted after insert on payments
    referencing new table as added for each statement execute function payments_post();

create or replace view revenue as
    select gym_id, branch_id, business_day, sum(debit_minor - credit_minor)::bigint as amount_minor
    from account_days
    where account in ('till', 'card', 'transfer') and source in ('payment', 'refund')
    group by gym_id, branch_id, business_day;
comment on view revenue is 'what was taken: net of discount, refunds and reversals, by the gym''s business day; every screen reads this';

drop trigger payments_make_the_day on payments;
drop function payments_add_to_the_day;
