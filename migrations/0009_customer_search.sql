-- What the search field of the desk needs: names and addresses in byte order, so that the beginning of one is a range of
-- an index whatever the collation of the database, and the first ten are found without reading the rest.
create index customers_by_name_in_branch on customers (branch_id, name_folded collate "C", id);
create index customers_by_name_in_gym on customers (gym_id, name_folded collate "C", id);
create index customers_by_email_start on customers (gym_id, email collate "C", id) where email is not null;
