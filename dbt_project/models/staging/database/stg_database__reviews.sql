with source as (
    select * from {{ source('database', 'reviews') }}
),

versions as (
    select
        review_id,
        site,
        rating,
        rating_max,
        text,
        posted_at,
        author,
        email,
        url,
        _batch,
        _window_end,
        _landed_at,
        {{ version_rank(['review_id']) }} as version_rank
    from source
),

latest as (
    select
        review_id,
        site,
        rating,
        rating_max,
        text,
        posted_at,
        author,
        email,
        url,
        _batch,
        _window_end,
        _landed_at
    from versions
    where version_rank = 1
)

select * from latest
