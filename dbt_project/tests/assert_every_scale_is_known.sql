-- An answer on a scale that survey_scales does not hold would silently be in no metric.
select answers.scale
from {{ ref('int_survey_answers_unioned') }} as answers
left join {{ ref('survey_scales') }} as scales on answers.scale = scales.scale_id
where scales.scale_id is null
group by answers.scale
