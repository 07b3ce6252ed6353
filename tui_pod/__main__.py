"""Lets `python -m tui_pod` start the program."""

import sys

from tui_pod.cli.main import main

sys.exit(main())
