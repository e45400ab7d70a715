{#- The channel of a conversation of Intercom: the messenger is chat, both kinds of calls are phone, the others are named as they are. -#}
{% macro intercom_channel(source_type) -%}
    case {{ source_type }}
        when 'conversation' then 'chat' when 'phone_call' then 'phone' when 'phone_switch' then 'phone'
        else {{ source_type }}
    end
{%- endmacro %}
