"""What reaches outside the process's own loop: threads that hash passwords."""
