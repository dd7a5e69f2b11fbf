"""What a counter or an administration asks of the register.  Never answers beyond the demarche asked."""
