"""Photographs, recordings and documents, named by their content and served only through scope."""
