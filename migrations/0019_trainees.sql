-- Whom a trainer may look at closely: the customers who hold an active training subscription with them. The one meaning
-- of it, for every list and every single answer.
create function is_trained_by(trainee bigint, trainer bigint, today date)
returns boolean language sql stable parallel safe return exists (
    select
    from subscriptions s
    where s.trainer_id = trainer
      and s.customer_id = trainee
      and s.kind = 'training'
      and subscription_status(
          s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at, case when s.is_used_up then 0 end, today
      ) = 'active'
);
comment on function is_trained_by is 'whether the customer holds an active training subscription with the trainer; today is a day of their gym';
grant execute on function is_trained_by to gym_staff;
