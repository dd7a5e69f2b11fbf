"""What leaves the house: e-mails and text messages, kept sealed until they are gone.

Never decides who is told what: whoever acts posts, in the transaction of the act.
"""
