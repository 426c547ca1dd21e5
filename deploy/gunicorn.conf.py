"""How gunicorn serves `wsgi:app`, under systemd and in a container alike.

`WEB_CONCURRENCY` (gunicorn's own variable) is the count of workers, `THREADS` that of each one's threads,
`BIND` the address. A worker needs about 150 MB; our choice is two workers for each core.
"""

import multiprocessing
import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * multiprocessing.cpu_count())
threads = int(os.environ.get("THREADS") or 4)
worker_class = "gthread"
worker_tmp_dir = "/dev/shm"  # noqa: S108 (in memory: a slow disk kills no worker)
timeout = 60
graceful_timeout = 30  # requests at hand are finished; systemd and the container give 40
keepalive = 75  # longer than the proxy keeps a connection idle, so that the proxy is the one that closes it
limit_request_line = 4094
limit_request_fields = 60
max_requests = 20_000  # a worker that grew begins anew, the workers not all at once
max_requests_jitter = 2_000
accesslog = None  # the app writes one line of JSON for each request, without personal data
errorlog = "-"
control_socket_disable = True
