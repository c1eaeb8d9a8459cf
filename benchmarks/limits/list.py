"""The limit of B3: fifty rows of an indexed table through a template, for somebody signed in.
Django's defaults; nothing is counted, joined, computed or checked.
"""

import json
import sys

import django
from django.conf import settings

from benchmarks.bench.cost import DJANGO, database, pages, signed_in

ROWS, REQUESTS = int(sys.argv[1]), int(sys.argv[2])
PAGE = """<!doctype html><html lang="en"><head><title>List</title></head><body><h1>List</h1>
<table><tr><th>Severity</th><th>Why</th><th>Patient</th><th>Pain</th><th>Last log</th><th>Since</th>
<th>Person</th><th></th></tr>{% for row in rows %}<tr><td>{{ row.word }}</td><td><b>
{{ row.headline }}</b><small>{{ row.why }}</small></td><td><a href="{% url 'page' row.pk %}">
{{ row.name }}</a><small>{{ row.age }}, {{ row.phase }}</small>{{ row.phone }}</td><td><b>
{{ row.pain }}</b> {{ row.base }}</td><td>{{ row.logged_at|date:"M j, H:i" }}</td><td>
{{ row.since|date:"M j, H:i" }}</td><td>{{ row.person }}</td><td><a href="tel:{{ row.phone }}">
Call</a> <a href="{% url 'page' row.pk %}">Open</a></td></tr>{% endfor %}</table></body></html>"""
settings.configure(**DJANGO, ROOT_URLCONF=__name__, DATABASES={"default": database()})
settings.TEMPLATES[0]["OPTIONS"] |= {
    "loaders": [("django.template.loaders.locmem.Loader", {"list.html": PAGE})]
}
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

WORDS = ("word", "headline", "why", "name", "phase", "phone", "base", "person")


class Row(models.Model):  # noqa: DJ008
    rank, since, logged_at = models.IntegerField(), models.DateTimeField(), models.DateTimeField()
    age, pain = models.IntegerField(), models.IntegerField()
    word, headline, why, name = (models.CharField(max_length=80) for _ in range(4))
    phase, phone, base, person = (models.CharField(max_length=80) for _ in range(4))

    class Meta:
        app_label = "limits"
        indexes = [models.Index("rank", "since", "id", name="limits_list")]


@login_required
def rows(request, pk=0):
    return render(request, "list.html", {"rows": Row.objects.order_by("rank", "since", "id")[:50]})


urlpatterns = [path("", rows), path("<int:pk>/", rows, name="page")]
call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    editor.create_model(Row)
told = dict.fromkeys(WORDS, "Pain 9, base 6") | {"age": 68, "pain": 9, "logged_at": timezone.now()}
Row.objects.bulk_create(Row(rank=n % 3, since=timezone.now(), **told) for n in range(ROWS))
print(json.dumps(pages(signed_in(), {"list": "/"}, REQUESTS)))
