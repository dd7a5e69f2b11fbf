"""A small time-stamping authority of RFC 3161, for the demonstration and the tests alone: OpenSSL behind HTTP.

Another program than the service, and none of its code: what it signs is read by ours as any
authority's would be.  Its root is made anew with each demonstration and believed by nobody else.
"""
