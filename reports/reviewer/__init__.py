"""What a quality reviewer reads beside the counts of today: the past, what changed, a page for each rule."""
