"""Alembic's scripts: env.py runs them, versions/ holds one numbered file for each schema version."""
