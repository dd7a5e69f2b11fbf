"""The simulated provider of text messages: it refuses what GatewayAPI's documentation refuses, and shows telephones.

An independent reading of the provider's contract: it imports nothing of the service.
"""
