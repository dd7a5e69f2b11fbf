"""Sessions: twelve hours at most, each known to its owner, who may close any of them."""
