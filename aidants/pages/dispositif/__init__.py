"""Screens of the scheme: the applicant's dossier, the pool, the préfecture, the committee, posts, contracts, budget."""
