"""The tests of the kit: a package, so that no ``tests`` which a library leaves behind stands before it."""
