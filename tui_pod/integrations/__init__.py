"""The running app, reached from outside: remote control, media keys, notifications."""
