"""What an agent without an account opens: the form, the answer and its receipt, the page of the QR code.

Works without script; only the QR's page reads with one, in the browser, what never reaches a server.
"""
