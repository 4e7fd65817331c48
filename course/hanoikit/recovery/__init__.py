"""Following, freezing and returning property."""
