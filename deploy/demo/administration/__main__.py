"""Start the simulated administration from the command line."""

from __future__ import annotations

import os

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from deploy.demo.administration.app import create_app
from deploy.demo.administration.config import ConfigError, config_from, option_parser
from deploy.demo.operateur.app import create_app as create_operateur
from deploy.demo.serving import refuse_start, serve

SITE = "Allocations de démonstration"
OPERATEUR = "/telephones"


def main() -> None:
    """Read the options, then serve until stopped; what is wrong is told in one line."""
    options = option_parser().parse_args()
    try:
        config = config_from(options)
    except ConfigError as error:
        refuse_start(SITE, str(error))
    app = create_app(config)
    if os.environ.get("OPER_TOKEN"):
        # The simulated provider of text messages shares this port, under a path of its own.
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {OPERATEUR: create_operateur().wsgi_app})  # type: ignore[method-assign]
    serve(app, site=SITE, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
