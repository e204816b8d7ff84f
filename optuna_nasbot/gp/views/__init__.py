"""Views: the respects in which the kernel compares configurations."""
