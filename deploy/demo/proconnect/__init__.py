"""A simulated ProConnect: the State's federation of public agents, as its documentation for services describes it."""
