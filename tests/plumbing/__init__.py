"""The tests of what the other tests stand on."""
