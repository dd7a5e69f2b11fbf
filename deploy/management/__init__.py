"""Commands that look across the apps."""
