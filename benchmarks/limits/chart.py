"""The limit of B6: a patient's 365 entries as a line and a table through a template, for somebody
signed in. Django's defaults; nothing else is read, counted, joined or checked.
"""

import json
import sys

import django
from django.conf import settings

from benchmarks.bench.cost import DJANGO, database, pages, signed_in

ENTRIES, REQUESTS = int(sys.argv[1]), int(sys.argv[2])
PAGE = """<!doctype html><html lang="en"><head><title>Chart</title></head><body><h1>Chart</h1>
<svg viewBox="0 0 880 240"><polyline points="
{% for row in rows %}{{ row.x }},{{ row.y }} {% endfor %}"/></svg>
<table><tr><th>Day</th><th>Average</th><th>Worst</th><th>Leg</th><th>Opioid</th>
<th>Acetaminophen</th><th>Note</th></tr>{% for row in rows %}<tr><th>D{{ row.day }}</th>
<td>{{ row.average }}</td><td>{{ row.worst }}</td><td>{{ row.leg }}</td><td>{{ row.mme }}</td>
<td>{{ row.mg }}</td><td>{{ row.note }}</td></tr>{% endfor %}</table></body></html>"""
settings.configure(**DJANGO, ROOT_URLCONF=__name__, DATABASES={"default": database()})
settings.TEMPLATES[0]["OPTIONS"] |= {
    "loaders": [("django.template.loaders.locmem.Loader", {"chart.html": PAGE})]
}
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Entry(models.Model):  # noqa: DJ008
    patient, day, average = models.IntegerField(), models.IntegerField(), models.IntegerField()
    worst, leg, mg = models.IntegerField(), models.IntegerField(), models.IntegerField()
    mme = models.DecimalField(max_digits=7, decimal_places=1)
    note = models.CharField(max_length=80)

    class Meta:
        app_label = "limits"
        indexes = [models.Index("patient", "day", name="limits_chart")]

    x, y = property(lambda self: 104 + 2 * self.day), property(lambda self: 236 - 20 * self.average)


@login_required
def chart(request, pk):
    return render(request, "chart.html", {"rows": Entry.objects.filter(patient=pk).order_by("day")})


urlpatterns = [path("<int:pk>/", chart)]
call_command("migrate", verbosity=0)
with connection.schema_editor() as editor:
    editor.create_model(Entry)
told = {"average": 5, "worst": 7, "leg": 2, "mg": 1500, "mme": 15, "note": "entered later"}
Entry.objects.bulk_create(Entry(patient=n % 2, day=n // 2, **told) for n in range(2 * ENTRIES))
print(json.dumps(pages(signed_in(), {"chart": "/1/"}, REQUESTS)))
