"""Start the simulated administration from the command line."""

from __future__ import annotations

from deploy.demo.administration.app import create_app
from deploy.demo.administration.config import ConfigError, config_from, option_parser
from deploy.demo.serving import refuse_start, serve

SITE = "Allocations de démonstration"


def main() -> None:
    """Read the options, then serve until stopped; what is wrong is told in one line."""
    options = option_parser().parse_args()
    try:
        config = config_from(options)
    except ConfigError as error:
        refuse_start(SITE, str(error))
    serve(create_app(config), site=SITE, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
