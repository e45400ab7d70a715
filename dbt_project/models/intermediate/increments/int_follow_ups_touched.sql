-- the follow-ups to write again or leave out: those of touched answers, those of a customer of whom anything else has changed, and
-- those that are overdue by now
with known as (
    select response_key, customer_key, status, due_at from {{ before('follow_ups', database='marts', schema='marts') }}
),

-- a contact that itself has not changed may have reached the customer, or come to its end, since
customers as (
    select customer_key from {{ ref('int_survey_customers_touched') }}
    union
    select customer_key from {{ ref('int_contact_customers_touched') }}
    union
    select customer_key from {{ ref('int_follow_up_subscription_changes') }}
    union
    select customer_key from {{ ref('int_agent_contacts') }}
    where contacted_at >= {{ as_of_before() }} or solved_at >= {{ as_of_before() }}
),

touched as (
    select response_key from {{ ref('int_survey_answers_touched') }}
    union
    select known.response_key
    from known
    inner join customers on known.customer_key = customers.customer_key
    union
    select response_key from known
    where (status = 'open' and due_at < {{ as_of() }}) or due_at is null
)

select * from touched
