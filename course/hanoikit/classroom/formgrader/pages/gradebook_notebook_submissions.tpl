{%- extends 'nbgrader/gradebook_notebook_submissions.tpl' -%}

{%- block messages -%}
<style>.glyphicon-eye-open, .glyphicon-eye-close { display: none !important; }</style>
<p hidden><button id="toggle_names" disabled></button></p>
{%- endblock -%}
