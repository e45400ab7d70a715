{{ grows_by('int_survey_customers_touched', ['customer_key']) }}
{%- set metrics = metrics_of_a_customer() -%}

with answers as (
    select
        *,
        row_number() over (
            partition by customer_key, metric order by submitted_at desc, response_order desc, score_100 asc, question_key asc
        ) as answer_rank
    from {{ ref('int_survey_answers_identified') }}
    where
        customer_key is not null {{ and_in('customer_key', 'int_survey_customers_touched') }}
        and metric in ('{{ metrics | join("', '") }}')
),

needing_answers as (
    select response_key, question_key from {{ ref('int_follow_up_answers') }}
),

lasts as (
    select
        answers.customer_key,
        answers.metric,
        answers.score,
        answers.scale,
        answers.category,
        answers.submitted_at,
        needing_answers.response_key is not null as needs_follow_up
    from answers
    left join needing_answers on answers.response_key = needing_answers.response_key and answers.question_key = needing_answers.question_key
    where answers.answer_rank = 1
),

-- wide, so that customer_360 need not turn every customer's answers each day
turned as (
    select
        {% for metric in metrics -%}
        max(case when metric = '{{ metric }}' then score end) as last_{{ metric }}_score,
        max(case when metric = '{{ metric }}' then scale end) as last_{{ metric }}_scale,
        {% if metric in boxed_metrics() -%}
        max(case when metric = '{{ metric }}' then category end) as last_{{ metric }}_category,
        max(case when metric = '{{ metric }}' and needs_follow_up then 1 else 0 end) = 1 as last_{{ metric }}_needs_follow_up,
        {% endif -%}
        max(case when metric = '{{ metric }}' then submitted_at end) as last_{{ metric }}_at,
        {% endfor -%}
        customer_key
    from lasts
    group by customer_key
)

select * from turned
