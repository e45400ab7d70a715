-- a table: what follow_ups joins must not be sorted and held in memory all at once
with cases as (
    select * from {{ ref('int_follow_up_cases') }} as known
    {{ only_those_in('int_follow_ups_touched', 'known', ['response_key']) }}
),

needing_answers as (
    select * from {{ ref('int_follow_up_answers') }}
),

-- most answers are of customers who are asked nothing here: they are left out before anything is sorted
asked as (
    select customer_key, metric
    from cases
    where customer_key is not null
    group by customer_key, metric
),

answers as (
    select
        answers.response_key,
        answers.customer_key,
        answers.metric,
        answers.score,
        answers.scale,
        answers.score_100,
        answers.response_order,
        row_number() over (
            partition by answers.customer_key, answers.metric, answers.response_key order by answers.score_100, answers.question_key
        ) as rank_in_response,
        max(answers.submitted_at) over (partition by answers.customer_key, answers.metric, answers.response_key) as answered_until
    from {{ ref('int_survey_answers_identified') }} as answers
    inner join asked on answers.customer_key = asked.customer_key and answers.metric = asked.metric
),

-- of several answers of one metric in a response the worst speaks for it, here and in the next; what comes next comes after the last
-- of them, since one response may be given over days
nexts as (
    select
        response_key,
        customer_key,
        metric,
        lead(response_key) over (partition by customer_key, metric order by answered_until, response_order) as next_response_key,
        lead(score) over (partition by customer_key, metric order by answered_until, response_order) as next_score,
        lead(scale) over (partition by customer_key, metric order by answered_until, response_order) as next_scale,
        lead(score_100) over (partition by customer_key, metric order by answered_until, response_order) as next_score_100,
        lead(answered_until) over (partition by customer_key, metric order by answered_until, response_order) as next_submitted_at
    from answers
    where rank_in_response = 1
),

still_needing as (
    select
        needing_answers.response_key,
        needing_answers.customer_key,
        needing_answers.metric
    from needing_answers
    inner join asked on needing_answers.customer_key = asked.customer_key and needing_answers.metric = asked.metric
    group by needing_answers.response_key, needing_answers.customer_key, needing_answers.metric
),

recoveries as (
    select
        cases.response_key,
        nexts.next_score as recovered_score,
        nexts.next_scale as recovered_scale,
        nexts.next_score_100 as recovered_score_100,
        nexts.next_submitted_at as recovered_at,
        still_needing.response_key is null as is_recovered
    from cases
    inner join nexts
        on
            cases.response_key = nexts.response_key
            and cases.customer_key = nexts.customer_key
            and cases.metric = nexts.metric
    left join still_needing
        on
            nexts.next_response_key = still_needing.response_key
            and nexts.customer_key = still_needing.customer_key
            and nexts.metric = still_needing.metric
    where nexts.next_response_key is not null
)

select * from recoveries
