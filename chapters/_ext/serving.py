"""``make serve``: shows a folder of built pages to this computer alone."""

from __future__ import annotations

import errno
import functools
import http.server
import sys

import trouble


def main(folder: str, port: str) -> int:
    """Serves ``folder`` until it is stopped. Returns 1 with a sentence where the port cannot be had."""
    pages = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), pages)
    except (ValueError, OverflowError):
        print(f"{port} is no port: use a number from 1024 to 65535, as in make serve PORT=8001", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        print(f"Port {port} is taken, perhaps by another make serve. Take another one: make serve PORT={_other(int(port))}", file=sys.stderr)
        return 1
    print(f"The book is at http://localhost:{port} (stop with Ctrl-C)", flush=True)
    with server:
        server.serve_forever()
    return 0


def _other(port: int) -> int:
    return port + 1 if 1023 < port < 65535 else 8001


if __name__ == "__main__":
    trouble.end_with(lambda: main(*sys.argv[1:3]), "Stopped.")
