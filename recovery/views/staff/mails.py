from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from recovery import access
from recovery.models import Role
from recovery.queries import messages as queries
from recovery.queries.patients import waiting


@require_safe
@access.for_staff(*Role)
def unknown_mails(request: HttpRequest) -> HttpResponse:
    """Mails that may not have arrived. A manager reads no patient's name here."""
    clinical = bool(request.roles & set(access.CLINICAL))
    context = {
        "here": "clinic",
        "waiting": waiting(request.clinic) if clinical else None,
        "mails": queries.unknown(request.clinic),
        "clinical": clinical,
    }
    return render(request, "staff/mails.html", context)
