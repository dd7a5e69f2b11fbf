"""The pages of the bridge: choose the usager and the demarche; nothing else."""
