"""A folder of audio files, a playlist or one file as a podcast. Nothing is written or deleted there."""
