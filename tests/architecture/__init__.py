"""The house keeps its shape: directions, budgets, words, locks."""
