from django.conf import settings
from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, bool]:
    """Whether pages carry the demo strip."""
    return {"demo": settings.DEMO}


def made_for(request: HttpRequest) -> dict[str, str]:
    """The clinic that a page of staff is made for; `csrf_token` writes it into each form."""
    return {"made_for": str(request.clinic.uuid)} if hasattr(request, "roles") else {}
