#!/bin/sh
# Starts one process of the service, `web` or `work`, unless `check --deploy` refuses: a journal without its triggers, one
# database role too strong, a secret that is missing.
set -eu

python manage.py check --deploy --database default
case "${1:-web}" in
    # Each thread keeps one connection to the database: sixteen in all.  The longest line that gunicorn can bound: an
    # authorization request's query has 8 000 bytes (oidc/protocol/parameters.py).
    web) exec gunicorn deploy.wsgi:application --bind=0.0.0.0:8000 --worker-class=deploy.serving.StayingWorker \
        --workers=2 --threads=8 --worker-tmp-dir=/dev/shm --graceful-timeout=20 --max-requests=20000 \
        --max-requests-jitter=2000 --limit-request-line=8190 --no-control-socket --preload --log-level=warning ;;
    work) exec python manage.py work ;;
    *) echo "start.sh web|work" >&2; exit 64 ;;
esac
