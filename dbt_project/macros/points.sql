{#- 100 * numerator / denominator of a score that lies between -100 and 100; null where there is nothing to divide by.
    Weights are no whole numbers, and 100 * 0.69 / 0.69 is a last bit more than 100. -#}
{% macro points(numerator, denominator) -%}
    {%- set score = safe_ratio('100 * (' ~ numerator ~ ')', denominator) -%}
    case when {{ score }} > 100 then 100 when {{ score }} < -100 then -100 else {{ score }} end
{%- endmacro %}
