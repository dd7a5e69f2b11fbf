"""The WSGI entry of the service."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
application = get_wsgi_application()
# What was loaded until here lives as long as the process: no collection looks at it again, and workers made by a fork
# go on sharing its memory (Python's `gc.freeze`).
gc.collect()
gc.freeze()
# A page makes thousands of short-lived objects: Python would look for dead circles at each seven hundred of them.
gc.set_threshold(20_000)
