"""The dispatcher: gives jobs their turns, folds results into them, and tells the world."""
