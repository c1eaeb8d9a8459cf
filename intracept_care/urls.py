"""Every route of the site."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("recovery.urls")),
]

handler403 = "recovery.views.errors.refused"
handler404 = "recovery.views.errors.not_found"
handler500 = "recovery.views.errors.server_error"
