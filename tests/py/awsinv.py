"""Runs the binary under test, with nothing of this machine's environment but what the test gives it."""

import dataclasses
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A whole run against a busy machine's emulators; far above what any test needs, so that only a hang hits it.
TIMEOUT_SECONDS = 300


def binary() -> pathlib.Path:
    """The binary under test. A missing one is an error, never a skip."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    path = pathlib.Path(os.environ.get("BINARY_UNDER_TEST", target / "debug" / "awsinv"))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: `cargo build` first, or run `tests/run py`")
    return path


@dataclasses.dataclass(frozen=True)
class Ran:
    """How one run ended."""

    args: list[str]
    code: int
    stdout: str
    stderr: str

    def document(self) -> dict:
        """The JSON document on standard output."""
        return json.loads(self.stdout)

    def expect(self, code: int) -> "Ran":
        """This run, if it ended with that code; else an AssertionError that shows what it said."""
        assert self.code == code, (
            f"awsinv {' '.join(self.args)}\nexit {self.code}, not {code}\n"
            f"stderr: {self.stderr[-4000:]}\nstdout: {self.stdout[:2000]}"
        )
        return self


def clean_environment(home: pathlib.Path, extra: dict[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a run: no AWS_*, no proxies, no configuration but the test's own."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), **(extra or {})}


def run(args: list[str], *, home: pathlib.Path, env=None, cwd=None, timeout: float = TIMEOUT_SECONDS) -> Ran:
    """Runs awsinv to its end. Output that is not UTF-8 is an error."""
    ended = subprocess.run(
        [str(binary()), *args],
        env=clean_environment(home, env),
        cwd=cwd or home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
    )
    return Ran(args, ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))
