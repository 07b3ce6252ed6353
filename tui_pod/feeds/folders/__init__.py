"""A folder of sound files, a playlist or one file as a podcast. Nothing is written or deleted there."""
