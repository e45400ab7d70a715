{#- What stands for an answer's comment: keyed by a key of comments alone, so that neither the marts nor the customers' key lead to it. It
    is not made of the text: equal comments have different keys, and a comment that is corrected keeps its own. -#}
{% macro comment_hmac() -%}
    {%- set identity = [] -%}
    {#- lengths, so that no two lists of ids that hold colons are taken for one another -#}
    {%- for id in survey_answer_key() -%}
        {%- do identity.append("cast(" ~ dbt.length(id) ~ " as " ~ dbt.type_string() ~ ") || ':' || " ~ id) -%}
    {%- endfor -%}
    {{ keyed_hmac(identity | join(' || '), 'comment_key') }}
{%- endmacro %}

{#- The same, null where nothing was written. -#}
{% macro comment_key() -%}
    case when trim(comment) <> '' then {{ comment_hmac() }} end
{%- endmacro %}
