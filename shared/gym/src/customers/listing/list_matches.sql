with beginnings as materialized (
    select c.id, 0 as tier, c.name_folded
    from customers c
    where c.id = $4
      and ($1::bigint is null or c.gym_id = $1)
      and ($2::bigint is null or c.branch_id = $2)
      and ($3::bigint[] is null or c.branch_id = any($3))
    union all
    select c.id, 1, c.name_folded
    from customers c
    where c.phone = $5
      and ($1::bigint is null or c.gym_id = $1)
      and ($2::bigint is null or c.branch_id = $2)
      and ($3::bigint[] is null or c.branch_id = any($3))
    union all
    (
        select c.id, 2, c.name_folded
        from customers c
        where c.name_folded collate "C" >= $6
          and c.name_folded collate "C" < $7
          and ($1::bigint is null or c.gym_id = $1)
          and ($2::bigint is null or c.branch_id = $2)
          and ($3::bigint[] is null or c.branch_id = any($3))
        order by c.name_folded collate "C", c.id
        limit $15
    )
    union all
    (
        select c.id, 3, c.name_folded
        from customers c
        where c.email collate "C" >= $8
          and c.email collate "C" < $9
          and ($1::bigint is null or c.gym_id = $1)
          and ($2::bigint is null or c.branch_id = $2)
          and ($3::bigint[] is null or c.branch_id = any($3))
        order by c.email collate "C", c.id
        limit $15
    )
), parts as materialized (
    (
        select c.id, 4 as tier, c.name_folded
        from customers c
        where c.phone like $10
          and ($1::bigint is null or c.gym_id = $1)
          and ($2::bigint is null or c.branch_id = $2)
          and ($3::bigint[] is null or c.branch_id = any($3))
          and (select count(*) from beginnings) < $15
        limit $16
    )
    union all
    (
        select c.id, case when c.name_folded like $14 then 5 else 6 end, c.name_folded
        from customers c
        where c.name_folded like $11
          and c.name_folded like $12
          and c.name_folded like $13
          and ($1::bigint is null or c.gym_id = $1)
          and ($2::bigint is null or c.branch_id = $2)
          and ($3::bigint[] is null or c.branch_id = any($3))
          and (select count(*) from beginnings) < $15
        limit $16
    )
)
select found.id as "id!"
from (
    select beginnings.id, beginnings.tier, beginnings.name_folded from beginnings
    union all
    select parts.id, parts.tier, parts.name_folded from parts
) found
group by found.id
order by min(found.tier), min(found.name_folded collate "C"), found.id
limit $15
