"""The base of errors whose message may be shown."""


class UserError(Exception):
    """Something went wrong; the message says what, and what to do, in the user's words."""


class UsageError(UserError):
    """Something was asked for in the wrong way; a command that was called so ends with status 2."""
