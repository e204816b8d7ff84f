"""Views: ways of comparing configurations."""
