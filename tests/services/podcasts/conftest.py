from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.podcasts.rig import ServiceRig
from tui_pod.services import tasks


@pytest.fixture(autouse=True)
def said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show work that is quick, too."""
    monkeypatch.setattr(tasks, "SAID_AFTER", 0.0)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceRig]:
    made = ServiceRig(tmp_path)
    yield made
    await made.service.close()
