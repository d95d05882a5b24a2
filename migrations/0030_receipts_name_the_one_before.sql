-- Each receipt carries the hash of the one before it at its branch, so that none can be changed or taken out unseen. What was
-- written before is filled in by the next files.
set local lock_timeout = '2s';

alter table payments
    add column previous_hash bytea,
    add column hash bytea;
comment on column payments.previous_hash is 'the hash of the receipt before it at the branch; for the first, 32 bytes of zero';
comment on column payments.hash is 'SHA-256 over the UTF-8 text "previous_hash|branch_id|receipt_number|kind|method|amount_minor|discount_minor|customer_id|subscription_id|reverses_id|taken_by|taken_at|business_day|notes": the hash in hexadecimal, lower case; numbers in decimal; taken_at in microseconds since 1970-01-01 00:00 UTC; the day as YYYY-MM-DD; nothing where a value is missing';

create function receipt_hash(receipt payments) returns bytea
    language plpgsql immutable set search_path = '' as $$
begin
    return sha256(convert_to(format(
        '%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s',
        encode(receipt.previous_hash, 'hex'), receipt.branch_id, receipt.receipt_number, receipt.kind, receipt.method,
        receipt.amount_minor, receipt.discount_minor, receipt.customer_id, receipt.subscription_id, receipt.reverses_id,
        receipt.taken_by, (extract(epoch from receipt.taken_at) * 1000000)::bigint,
        to_char(receipt.business_day, 'YYYY-MM-DD'), receipt.notes
    ), 'UTF8'));
end
$$;

create function find_receipt_hash(of_branch bigint, number bigint) returns bytea
    language sql stable set search_path = '' return coalesce(
        (select p.hash from public.payments p where p.branch_id = of_branch and p.receipt_number = number),
        decode(repeat('00', 32), 'hex')
    );

-- Fills in what has no hash yet, oldest first, and says how much it was.
create function chain_receipts() returns bigint
    language plpgsql set search_path = '' as $$
declare
    receipt public.payments;
    last_branch bigint;
    last_hash bytea;
    filled bigint := 0;
begin
    for receipt in
        select p.* from public.payments p where p.hash is null order by p.branch_id, p.receipt_number
    loop
        if last_branch is distinct from receipt.branch_id then
            last_branch := receipt.branch_id;
            last_hash := public.find_receipt_hash(receipt.branch_id, receipt.receipt_number - 1);
        end if;
        receipt.previous_hash := last_hash;
        last_hash := public.receipt_hash(receipt);
        update public.payments set previous_hash = receipt.previous_hash, hash = last_hash where id = receipt.id;
        filled := filled + 1;
    end loop;
    return filled;
end
$$;
