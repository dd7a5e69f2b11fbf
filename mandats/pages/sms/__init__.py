"""Where the provider of text messages calls us back."""
