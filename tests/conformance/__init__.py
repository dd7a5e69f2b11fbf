"""What others wrote speaks to the service: one file a specification."""
