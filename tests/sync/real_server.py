"""A real gpodder server, which is in an environment of its own: `scripts/setup.sh tools` makes it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

PYTHON = Path(os.environ.get("TUI_POD_SERVER_PYTHON") or Path(__file__).parents[2] / ".venv-server" / "bin" / "python")

SERVE = """
import socket, sys
import uvicorn
from fastapi import FastAPI
from gpodder_router import GPodderConfig, attach
app = FastAPI()
attach(app, config=GPodderConfig(
    database_url=f"sqlite+aiosqlite:///{sys.argv[1]}", bcrypt_rounds=4, enable_dashboard=False))
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])
"""

needs_server = pytest.mark.skipif(not PYTHON.exists(), reason=f"no sync server in {PYTHON}: scripts/setup.sh tools")


@contextmanager
def serving_gpodder(database: Path) -> Iterator[str]:
    """Serve for the length of the block, with the user ann and the password s3cret; give the address."""
    with subprocess.Popen(
        [PYTHON, "-W", "ignore", "-c", SERVE, database], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{int(process.stdout.readline())}"
        user = json.dumps({"password": "s3cret"}).encode()
        with urlopen(Request(f"{address}/api/2/auth/ann/register.json", user, {"Content-Type": "application/json"})):
            pass
        try:
            yield address
        finally:
            process.terminate()
