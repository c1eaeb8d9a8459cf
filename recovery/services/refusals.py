class NotAllowed(Exception):
    """Staff asked for something that the rules refuse. The message says why, in their words."""


class Moved(NotAllowed):
    """What staff acted on has changed since they read it."""
