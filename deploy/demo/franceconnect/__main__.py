"""Start the simulated FranceConnect from the command line."""

from __future__ import annotations

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from deploy.demo.franceconnect.app import create_app
from deploy.demo.franceconnect.config import ConfigError, agents_record, config_from, option_parser
from deploy.demo.proconnect.app import create_app as create_proconnect
from deploy.demo.serving import refuse_start, serve

SITE = "FranceConnect simulé"


def main() -> None:
    """Read the options, then serve until stopped; what is wrong is told in one line."""
    options = option_parser().parse_args()
    try:
        config = config_from(options)
    except ConfigError as error:
        refuse_start(SITE, str(error))
    app = create_app(config)
    if record := agents_record(options):
        # The other federation of the State stands beside it: one process, one port, its own addresses.
        agents = create_proconnect(f"{config.base}/proconnect", record)
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/proconnect": agents})  # type: ignore[method-assign]
    serve(app, site=SITE, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
