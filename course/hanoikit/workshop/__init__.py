"""The trainee's side of a workshop's room: joining it, what the instructor then sees, and what comes back."""
