-- Filters that no index knew: with few who fit, a list walked past all the others in search of them.

-- In the order of the list, so that pages far back are walked on the index alone; and the few who were turned away.
create index entries_of_branch_newest on entries (branch_id, at desc, id desc) include (is_admitted);
drop index entries_of_branch_by_time;
create index entries_denied_of_branch on entries (branch_id, at desc, id desc) where not is_admitted;

create index subscriptions_of_gym_by_kind on subscriptions (gym_id, kind, id desc);

-- Entries are four of five rows, found soon on any way; noting them here too would cost every check-in.
create index audit_log_of_kind on audit_log (gym_id, subject_kind, at desc, id desc) where subject_kind <> 'entry';
