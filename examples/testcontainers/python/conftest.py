"""The pytest plugin on a container: only where the server is differs, the fixture `mockcrm` stays as it is."""

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import wait_for_logs

from mockcrm import ControlClient

PORT = 9646


@pytest.fixture(scope="session")
def mockcrm_server():
    """In place of the plugin's fixture of that name, which starts a process."""
    with DockerContainer("mockcrm").with_exposed_ports(PORT) as container:
        wait_for_logs(container, "control:")  # the server prints its addresses once it responds
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        with ControlClient(url) as client:
            yield client
