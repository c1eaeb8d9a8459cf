"""What staff may not do, and why."""

from django.utils.translation import gettext_lazy as _

FOLLOWED_ALREADY = _(
    "Another procedure of this patient is being followed. End that follow-up first."
)


class NotAllowed(Exception):
    """Staff asked for something that the rules refuse. The message says why, in their words."""


class Moved(NotAllowed):
    """What staff acted on has changed since they read it."""
