"""The report of a fault: what it says, and what it must not."""

from pathlib import Path

from tests.cli.test_doctor import machine as machine
from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tui_pod.config.paths import find_paths
from tui_pod.runtime.log import logs

LOG = """\
tui-pod: saving failed: KeyError: 'missing'
  File "{package}/state/writer.py", line 12, in _write
tui_pod.FetchError: https://ann:secret1@feeds.secret2.org/x?token=secret3 failed
tui-pod: cdn.secret4.org: “secret5” is gone; see /srv/secret6 songs/secret7.mp3 (ann@secret8.org, 192.168.17.9)
tui-pod: OSError: No such file: '/srv/My secret9/1.mp3'
[mpv] Playing: Of the middle
tui-pod: {home}/feeds.sqlite is locked
"""

SECRETS = [*(f"secret{number}" for number in range(1, 10)), "192.168", "Of the middle", "hunter2", "/srv"]


def test_report_says_what_happened_and_nothing_of_the_listener(
    run: Run, small: list[str], machine: object, tmp_path: Path, home: Path
) -> None:
    catalog = Path(small[1])
    catalog.write_text(catalog.read_text("utf-8").replace('title = "Two', 'title = "Of the middle', 1), "utf-8")
    assert "Of the middle" in catalog.read_text("utf-8")
    paths = find_paths(None, None)
    paths.config.parent.mkdir(parents=True)
    paths.config.write_text('[ui]\nascii = true\n[sync]\nserver = "https://secret1.org"\nuser = "hunter2"\n', "utf-8")
    paths.log.parent.mkdir(parents=True)
    package = Path(__file__).parents[2] / "tui_pod"
    for log in logs(paths.log)[:2]:
        log.write_text(LOG.format(package=package, home=paths.data), "utf-8")
    report = tmp_path / "report.txt"
    assert run(*small, "doctor", "--report", str(report)).status == 0
    said = report.read_text("utf-8")
    for expected in (
        "tui-pod 2", "textual 8", "ok    libmpv", "ui.ascii = True", "sync.server = (set)", "tui-pod.log.1,",
        "KeyError: 'missing'", "state/writer.py", ", line 12, in _write", "feeds.sqlite is locked",
    ):  # fmt: skip
        assert expected in said, expected
    assert [secret for secret in SECRETS if secret in said] == []
    assert str(home) not in said


def test_report_that_cannot_be_written_says_why(run: Run, small: list[str], machine: object, tmp_path: Path) -> None:
    result = run(*small, "doctor", "--report", str(tmp_path / "none" / "report.txt"))
    assert (result.status, "report cannot be written: No such file" in result.err) == (1, True)
