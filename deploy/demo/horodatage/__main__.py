"""``python -m deploy.demo.horodatage``: serves the authority of ``TSA_FOLDER`` on ``TSA_PORT``."""

import os
from pathlib import Path

from deploy.demo.horodatage.authority import Authority
from deploy.demo.horodatage.site import create_app
from deploy.demo.serving import serve

if __name__ == "__main__":
    authority = Authority(Path(os.environ["TSA_FOLDER"]))
    authority.prepare()
    port = int(os.environ["TSA_PORT"])
    serve(create_app(authority), site="Horodatage (local)", host="127.0.0.1", port=port)
