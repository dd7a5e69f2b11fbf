"""The five journeys in Chromium, with the running service and both simulated sites: nothing is mocked."""
