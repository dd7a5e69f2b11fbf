"""The rights of persons over their data (RGPD 12-22): who asks, who approves, what is done.

Each step is journaled; nothing happens by one person alone.  Rows of the register change through its own services.
"""
