-- no-transaction
-- What was given back of a payment, and the payment that was reversed.
create index concurrently if not exists payments_of_returned on payments (reverses_id) where reverses_id is not null;
