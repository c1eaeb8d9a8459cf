from django.conf import settings
from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, bool]:
    """Whether pages carry the demo strip."""
    return {"demo": settings.DEMO}
