"""Screens of training and certification: the person's own, the body's, the ANCT's."""
