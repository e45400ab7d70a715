{#- On Spark what is a view elsewhere is a table: it would analyse a view's text, and those below it, wherever one is read
    (9 s to create a view of eight sources), and compute it anew. -#}
{% materialization view, adapter='spark', supported_languages=['sql'] %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}

{#- And a build there is whole (kuulo.warehouse.spark_build asks for a full refresh): its catalog begins empty. -#}
{% materialization incremental, adapter='spark', supported_languages=['sql'] %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}
