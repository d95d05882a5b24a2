-- The arms of list.sql, counted up to a number.
select count(*) as "total!"
from (
    (
        select
        from entries n
        where $1::bigint is not null and $2::bigint is null and $3::bigint[] is null and $6::boolean is distinct from false
          and n.gym_id = $1
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
          and ($6::boolean is null or n.is_admitted)
        limit $7
    )
    union all
    (
        select
        from entries n
        where $1::bigint is not null and $2::bigint is null and $3::bigint[] is null and $6::boolean is not distinct from false
          and n.gym_id = $1
          and not n.is_admitted
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
        limit $7
    )
    union all
    (
        select
        from entries n
        where $2::bigint is not null and $6::boolean is distinct from false
          and n.branch_id = $2
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
          and ($6::boolean is null or n.is_admitted)
        limit $7
    )
    union all
    (
        select
        from branches place
        cross join lateral (
            select
            from entries n
            where n.branch_id = place.id
              and n.at >= coalesce($4::timestamptz, '-infinity')
              and n.at < coalesce($5::timestamptz, 'infinity')
              and ($6::boolean is null or n.is_admitted)
            limit $7
        ) found
        where $2::bigint is null and ($1::bigint is null or $3::bigint[] is not null) and $6::boolean is distinct from false
          and ($1::bigint is null or place.gym_id = $1)
          and ($3::bigint[] is null or place.id = any($3))
        limit $7
    )
    union all
    (
        select
        from branches place
        cross join lateral (
            select
            from entries n
            where n.branch_id = place.id
              and not n.is_admitted
              and n.at >= coalesce($4::timestamptz, '-infinity')
              and n.at < coalesce($5::timestamptz, 'infinity')
            limit $7
        ) found
        where ($1::bigint is null or $2::bigint is not null or $3::bigint[] is not null) and $6::boolean is not distinct from false
          and ($1::bigint is null or place.gym_id = $1)
          and ($2::bigint is null or place.id = $2)
          and ($3::bigint[] is null or place.id = any($3))
        limit $7
    )
) counted
