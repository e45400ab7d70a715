{#- What stands for an answer's comment in the marts, null where nothing was written: keyed by a key of comments alone, so that
    neither the marts nor the customers' key lead to it. It is not made of the text: equal comments have different keys. -#}
{% macro comment_key() -%}
    {%- set identity = [] -%}
    {#- lengths, so that no two lists of ids that hold colons are taken for one another -#}
    {%- for id in ['source', 'survey_id', 'response_id', 'question_id'] -%}
        {%- do identity.append("cast(" ~ dbt.length(id) ~ " as " ~ dbt.type_string() ~ ") || ':' || " ~ id) -%}
    {%- endfor -%}
    case when trim(comment) <> '' then {{ keyed_hmac(identity | join(' || '), 'comment_key') }} end
{%- endmacro %}
