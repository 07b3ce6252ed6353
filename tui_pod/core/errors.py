"""The base of errors whose message may be shown."""


class UserError(Exception):
    """Something went wrong; the message says what, and what to do, in the user's words."""
