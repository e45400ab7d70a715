{{ config(materialized='view') }}

with incidents as (
    select * from {{ ref('stg_dynamics365__incidents') }}
    where not is_deleted
),

resolutions as (
    select * from {{ ref('stg_dynamics365__incident_resolutions') }}
    where not is_deleted
),

choices as (
    select * from {{ ref('dynamics365_choices') }}
),

-- a case that was merged lives on as its master, which may have been merged in its turn
surviving as (
    select
        incidents.incident_id,
        coalesce(masters.master_id, incidents.master_id, incidents.incident_id) as case_id
    from incidents
    left join incidents as masters on incidents.master_id = masters.incident_id
),

closings as (
    select
        incident_id,
        count(*) as resolutions,
        max(resolved_at) as last_resolved_at
    from resolutions
    group by incident_id
),

-- there is no counter of reopenings: a case that stands resolved was reopened once less than it was resolved
cases as (
    select
        surviving.incident_id,
        surviving.case_id,
        surviving.incident_id = surviving.case_id and not coalesce(incidents.is_merged, false) as is_own,
        incidents.state_code = 2 as is_cancelled,
        coalesce(
            case when incidents.customer_type = 'contact' then incidents.customer_id end,
            incidents.primary_contact_id,
            incidents.customer_id
        ) as customer_id,
        incidents.email,
        origins.meaning as channel,
        coalesce(subjects.meaning, case_types.meaning) as topic,
        teams.meaning as team,
        case when incidents.owner_type = 'systemuser' then incidents.owner_id end as agent_id,
        case when incidents.state_code <> 2 then incidents.state_code = 1 end as is_resolved,
        incidents.created_at as opened_at,
        case when incidents.state_code = 1 then coalesce(closings.last_resolved_at, incidents.deactivated_at) end as resolved_at,
        case
            when closings.resolutions is null and incidents.state_code = 1 then cast(null as bigint)
            when incidents.state_code = 1 then closings.resolutions - 1
            else coalesce(closings.resolutions, 0)
        end as reopen_count,
        incidents.modified_at
    from surviving
    inner join incidents on surviving.incident_id = incidents.incident_id
    left join closings on surviving.incident_id = closings.incident_id
    left join choices as origins
        on origins.kind = 'case_origin' and cast(incidents.origin_code as {{ dbt.type_string() }}) = origins.code
    left join choices as case_types
        on case_types.kind = 'case_type' and cast(incidents.case_type_code as {{ dbt.type_string() }}) = case_types.code
    left join choices as subjects on subjects.kind = 'subject' and incidents.subject_id = subjects.code
    left join choices as teams on teams.kind = 'team' and incidents.owner_id = teams.code
)

select * from cases
