"""Where episodes come from: podcasts, folders and servers, each an `EpisodeSource` in the table."""
