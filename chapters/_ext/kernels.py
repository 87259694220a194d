"""Kernels that are copies of one process with the book's packages in memory, so that no notebook waits for pandas."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import forkserver
from pathlib import Path

import warm
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner


class Manager(AsyncKernelManager):
    """Starts kernels as copies of the fork server."""

    async def _async_pre_start_kernel(self, **options):
        if self.provisioner is None:
            self.provisioner = Provisioner(kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**options)


class Provisioner(LocalProvisioner):
    """As Jupyter's own for this machine; only the process comes from elsewhere."""

    async def launch_kernel(self, cmd, **options):
        """Takes what would follow the launcher on the command line. Returns how the kernel can be reached."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1:]
        self.process = Process(arguments, os.fspath(options["cwd"]), {**options["env"]})
        self.pid = self.process.pid
        return self.connection_info


class Process:
    """A copy of the fork server, with the methods of ``subprocess.Popen`` that Jupyter asks for."""

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], folder: str, variables: dict[str, str]):
        self._process = multiprocessing.get_context("forkserver").Process(target=warm.kernel, args=(arguments, folder, variables), daemon=True)
        self._process.start()
        self.pid, self.terminate, self.kill = self._process.pid, self._process.terminate, self._process.kill

    def poll(self) -> int | None:
        """The exit code, or None while the kernel runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Waits for the end; returns the exit code."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Sends a signal to the kernel, where it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)


def start_server() -> None:
    """Starts the fork server, which loads the packages while the caller goes on."""
    here, before = str(Path(__file__).resolve().parent), {name: os.environ.get(name) for name in ("PYTHONPATH", warm.REPORT)}
    os.environ.update({"PYTHONPATH": os.pathsep.join(filter(None, (here, before["PYTHONPATH"]))), warm.REPORT: "listen"})
    multiprocessing.get_context("forkserver").set_forkserver_preload(["warm"])
    forkserver.ensure_running()
    for name, value in before.items():           # they are for the server alone
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value
