{#- 95 % intervals; both null where n is 0. Constants are written as doubles (`4e0`): Spark divides decimals to six digits. -#}

{#- One end (`low` or `high`) of the Wilson score interval of a proportion, a ratio of 0 to 1; null where it is none.
    It lies in 0 to 1 and holds the proportion, to the last bit too: at 0 and 1 rounding would leave it just outside. -#}
{% macro wilson(successes, n, end) -%}
    {%- set z = var('z') ~ 'e0' -%}
    {%- set z_squared = (var('z') * var('z')) ~ 'e0' -%}
    {%- set share = safe_ratio(successes, n) -%}
    {%- set half = z ~ ' * sqrt(' ~ share ~ ' * (1 - ' ~ share ~ ') / ' ~ n ~ ' + ' ~ z_squared ~ ' / (4e0 * ' ~ n ~ ' * ' ~ n ~ '))' -%}
    case when {{ n }} > 0 and {{ successes }} between 0 and {{ n }} then
        {% if end == 'low' %}greatest(0.0, least({{ share }}, {% else %}least(1.0, greatest({{ share }}, {% endif -%}
        ({{ share }} + {{ z_squared }} / (2e0 * {{ n }}) {{ '-' if end == 'low' else '+' }} {{ half }}) / (1 + {{ z_squared }} / {{ n }})))
    end
{%- endmacro %}

{#- One end of the adjusted-Wald interval of an NPS in points: three answers more, three quarters of them promoters and
    three quarters detractors; clamped to 100 either way. -#}
{% macro nps_adjusted_wald(promoters, detractors, n, end) -%}
    {%- set size = '(' ~ n ~ ' + 3e0)' -%}
    {%- set p = '((' ~ promoters ~ ' + 75e-2) / ' ~ size ~ ')' -%}
    {%- set d = '((' ~ detractors ~ ' + 75e-2) / ' ~ size ~ ')' -%}
    {%- set half = var('z') ~ ' * sqrt((' ~ p ~ ' + ' ~ d ~ ' - (' ~ p ~ ' - ' ~ d ~ ') * (' ~ p ~ ' - ' ~ d ~ ')) / ' ~ size ~ ')' -%}
    case when {{ n }} > 0 then
        {% if end == 'low' %}greatest(-100.0, {% else %}least(100.0, {% endif -%}
        100 * ({{ p }} - {{ d }} {{ '-' if end == 'low' else '+' }} {{ half }}))
    end
{%- endmacro %}

{#- Half the width of the plain Wald interval of an NPS in points, which most vendors print as its margin of error: 0, not
    certainty, where all answers are of one mind. -#}
{% macro nps_wald_margin(promoters, detractors, n) -%}
    {%- set p = safe_ratio(promoters, n) -%}
    {%- set d = safe_ratio(detractors, n) -%}
    100 * {{ var('z') }} * sqrt(({{ p }} + {{ d }} - ({{ p }} - {{ d }}) * ({{ p }} - {{ d }})) / nullif({{ n }}, 0))
{%- endmacro %}
