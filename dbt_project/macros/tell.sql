{#- A line of a test of ours for whoever runs the build (warehouse/build.py finds it by the test's name): it says what is wrong and what
    to do. It ends up on the screen and in receipts, so it holds no value of a record that could be somebody's. -#}
{% macro tell(line) %}
    {%- do print('kuulo ' ~ model.unique_id ~ ': ' ~ line) -%}
{% endmacro %}

{#- Whether a text of a column of currencies is a code that may be told: a wrong column may hold anything. -#}
{% macro is_currency_code(text) %}
    {{- return(text | length == 3 and text.isascii() and text.isalpha()) -}}
{% endmacro %}
