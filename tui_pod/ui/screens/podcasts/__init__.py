"""Dialogs about podcasts."""
