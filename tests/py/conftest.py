"""Fixtures: the servers, once a session, and a run of awsinv in a clean environment."""

import pytest

import awsinv
import seeds
import servers


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A skipped test is a failed one: a missing emulator must never pass for a tested one."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture
def run(tmp_path):
    """`run(args, env)`: awsinv with an empty home folder."""

    def run_here(*args, env=None, **more):
        return awsinv.run(list(args), home=tmp_path, env=env, **more)

    return run_here


@pytest.fixture(scope="session")
def demo():
    """The healthy demo estate as a server. Tests that want faults start their own."""
    with servers.demo() as server:
        yield server


@pytest.fixture(scope="session")
def moto():
    """moto, seeded."""
    with servers.moto() as server:
        yield seeds.moto(server)


@pytest.fixture(scope="session")
def ministack():
    """ministack, seeded."""
    with servers.ministack() as server:
        yield seeds.ministack(server)
