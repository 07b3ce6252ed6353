"""Search everywhere: an index of every word of the library, kept in the cache, and how questions to it are read."""
