"""The terminal as Textual drives it, but for what it cannot stand."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class PatientDriver(LinuxDriver):
    """Passes over bytes that are no UTF-8, of another encoding or a bad line; Textual ends the program at the first."""

    def run_input_thread(self) -> None:
        """Read keys until the end."""
        while True:
            try:
                super().run_input_thread()
                return
            except UnicodeDecodeError:
                if self.exit_event.is_set():
                    return
