{%- extends 'nbgrader/gradebook_base.tpl' -%}

{%- block sidebar -%}
<li role="presentation" class="active"><a href="{{ base_url }}/formgrader/gradebook">{{ words.marking }}</a></li>
<li role="presentation" style="padding: 10px 15px">{{ words.why }}</li>
{%- endblock -%}
