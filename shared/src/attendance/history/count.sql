select count(*) as "total!"
from (
    select
    from branches place
    cross join lateral (
        select
        from entries n
        where n.branch_id = place.id
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
          and ($6::boolean is null or n.is_admitted = $6)
        limit $7
    ) found
    where ($1::bigint is null or place.gym_id = $1)
      and ($2::bigint is null or place.id = $2)
      and ($3::bigint[] is null or place.id = any($3))
    limit $7
) counted
