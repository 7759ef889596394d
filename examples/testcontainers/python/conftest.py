"""The pytest plugin with a server in a container; the fixture `mockcrm` is used as usual."""

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import wait_for_logs

from mockcrm import ControlClient

PORT = 9646


@pytest.fixture(scope="session")
def mockcrm_server():
    """Replace the plugin's fixture of that name, which starts a process."""
    with DockerContainer("mockcrm").with_exposed_ports(PORT) as container:
        wait_for_logs(container, "control:")  # the server prints its addresses once it responds
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"
        with ControlClient(url) as client:
            yield client
