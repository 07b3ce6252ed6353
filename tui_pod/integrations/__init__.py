"""Access to the running app from outside: remote control, media keys, notifications."""
