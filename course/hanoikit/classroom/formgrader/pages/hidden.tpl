{%- extends 'gradebook_base.tpl' -%}

{%- block body -%}
<p class="lead">{{ words.hidden }}</p>
<p><a href="{{ base_url }}/formgrader/gradebook">{{ words.marking }}</a></p>
{%- endblock -%}
