{#- What a score means on its scale: the seed survey_scales, joined as `scales`, says it, not this SQL. -#}

{#- promoter / passive / detractor, satisfied / unsatisfied, easy / not_easy; null of other metrics, and where the scale
    names no such box. There is no `else`: an answer that is in no box is in none. -#}
{% macro score_category(metric, score) -%}
    case
        when {{ metric }} = 'nps' and {{ score }} between scales.promoter_min and scales.promoter_max then 'promoter'
        when {{ metric }} = 'nps' and {{ score }} between scales.detractor_min and scales.detractor_max then 'detractor'
        when {{ metric }} = 'nps' and {{ score }} > scales.detractor_max and {{ score }} < scales.promoter_min then 'passive'
        when {{ metric }} = 'csat' and {{ score }} between scales.satisfied_min and scales.satisfied_max then 'satisfied'
        when {{ metric }} = 'csat' and scales.satisfied_min is not null then 'unsatisfied'
        when {{ metric }} = 'ces' and {{ score }} between scales.easy_min and scales.easy_max then 'easy'
        when {{ metric }} = 'ces' and scales.easy_min is not null then 'not_easy'
    end
{%- endmacro %}

{#- The score on 0 to 100, 100 the best, by the scale's ends and direction. -#}
{% macro score_100(score) -%}
    100 * (case when scales.direction = 'low_good' then scales.scale_max - {{ score }} else {{ score }} - scales.scale_min end)
    / (scales.scale_max - scales.scale_min)
{%- endmacro %}
