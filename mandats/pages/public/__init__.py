"""What everybody may read: what the service is, its terms, help, figures, open data, and how to write to it."""
