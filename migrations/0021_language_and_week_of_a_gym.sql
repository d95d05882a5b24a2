-- In which language a gym writes to its members, and on which day its week begins. The release before opens gyms without
-- saying either, so both may be absent; the code knows what that means.
set local lock_timeout = '2s';

alter table gyms
    add column language text,
    add column week_starts_on text,
    add constraint gyms_language_known check (language in ('ar', 'en')) not valid,
    add constraint gyms_week_starts_on_known check (week_starts_on in ('saturday', 'sunday', 'monday')) not valid;
alter table gyms validate constraint gyms_language_known;
alter table gyms validate constraint gyms_week_starts_on_known;
comment on column gyms.language is 'members who chose none are written to in it; null until somebody says: Arabic';
comment on column gyms.week_starts_on is 'null until somebody says: Saturday';
