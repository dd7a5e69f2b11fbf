"""The only writers of the register: one function is one transaction and one journal entry."""
