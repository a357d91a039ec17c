"""Study files: their shape, loading, and checks."""
