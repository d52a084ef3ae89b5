"""boto3 and botocore read every answer of the demo server, and no answer says what AWS's own models do not know."""

import pathlib
import subprocess
import sys

CHECK = pathlib.Path(__file__).with_name("check_demo_wire.py")


def test_boto3_parses_every_answer_of_the_demo_server(demo):
    checked = subprocess.run(
        [sys.executable, str(CHECK), "--url", demo.url], capture_output=True, text=True, timeout=300
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    # Nothing checked is nothing shown.
    assert "15 of 15 checks passed" in checked.stdout, checked.stdout
